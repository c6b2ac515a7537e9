"""The whole page map on one screen."""

from django.contrib import admin
from django.urls import include, path

from annotator.views import (
    account,
    codebook,
    codebook_draft,
    codebook_new,
    distribution,
    document,
    downloads,
    entrance,
    health,
    home,
    invitations,
    marked_text,
    members,
    method,
    over_time,
    password_links,
    report,
    reviewers,
    rounds,
    study,
    workbench,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", account.SignIn.as_view(), name="login"),
    path("logout/", account.sign_out, name="logout"),
    path("join/", entrance.door, {"purpose": "join"}, name="join"),
    path("join/study/", entrance.join_study, name="join-study"),
    path("new-password/", entrance.door, {"purpose": "new-password"}, name="new-password"),
    path("new-password/set/", entrance.set_password, name="set-password"),
    path("password-links/", password_links.password_links, name="password-links"),
    path("password-links/<uuid:link_id>/revoke/", password_links.revoke_link, name="password-link-revoke"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<uuid:token_id>/revoke/", account.revoke, name="token-revoke"),
    path("assignments/<uuid:assignment_id>/", workbench.workbench, name="workbench"),
    path("assignments/<uuid:assignment_id>/text/", marked_text.marked_text, name="marked-text"),
    path("assignments/<uuid:assignment_id>/reveal/", document.reveal, name="reveal"),
    path("assignments/<uuid:assignment_id>/revise/", document.revise, name="revise"),
    path("studies/", study.study_list, name="study-list"),
    path("studies/<slug:slug>/", study.study, name="study"),
    path("studies/<slug:slug>/pairs/", reviewers.pairs, name="study-pairs"),
    path("studies/<slug:slug>/reviewers/", reviewers.reviewers, name="study-reviewers"),
    path("studies/<slug:slug>/figures/<slug:key>.csv", downloads.figure, name="study-figure"),
    path("studies/<slug:slug>/over-time/", over_time.over_time, name="over-time"),
    path("studies/<slug:slug>/rounds/", rounds.second_rounds, name="rounds"),
    path("studies/<slug:slug>/distribute/", distribution.distribution, name="distribution"),
    path("studies/<slug:slug>/report/", report.report_page, name="report"),
    path("studies/<slug:slug>/members/", members.members, name="members"),
    path("studies/<slug:slug>/members/<path:pseudonym>/", members.member, name="member"),
    path("studies/<slug:slug>/invitations/", invitations.invitations, name="invitations"),
    path(
        "studies/<slug:slug>/invitations/<uuid:invitation_id>/revoke/",
        invitations.revoke_invitation,
        name="invitation-revoke",
    ),
    path("studies/<slug:slug>/codes/", invitations.codes, name="codes"),
    path("studies/<slug:slug>/codes/<uuid:code_id>/revoke/", invitations.revoke_code, name="code-revoke"),
    path("studies/<slug:slug>/documents/<slug:document_slug>/", document.document, name="document"),
    path("studies/<slug:slug>/documents/<slug:document_slug>/pairs/", reviewers.pairs, name="document-pairs"),
    path(
        "studies/<slug:slug>/documents/<slug:document_slug>/reviewers/", reviewers.reviewers, name="document-reviewers"
    ),
    path(
        "studies/<slug:slug>/documents/<slug:document_slug>/figures/<slug:key>.csv",
        downloads.figure,
        name="document-figure",
    ),
    path("method/", method.method, name="method"),
    path("codebooks/", codebook.codebook_list, name="codebook-list"),
    path("codebooks/new/", codebook_new.new_codebook, name="codebook-new"),
    path("codebooks/<slug:slug>/<int:version>/", codebook.codebook, name="codebook"),
    path("codebooks/<slug:slug>/<int:version>/codebook.toml", codebook_new.codebook_toml, name="codebook-file"),
    path("codebooks/<slug:slug>/<int:version>/next/", codebook_new.next_version, name="codebook-next"),
    path("codebooks/<slug:slug>/<int:version>/edit/", codebook_draft.edit, name="codebook-edit"),
    path("codebooks/<slug:slug>/<int:version>/edit/publish/", codebook_draft.publish, name="codebook-publish"),
    path("codebooks/<slug:slug>/<int:version>/edit/discard/", codebook_draft.discard, name="codebook-discard"),
    path("codebooks/<slug:slug>/<int:version>/edit/label/", codebook_draft.label, name="codebook-label-new"),
    path("codebooks/<slug:slug>/<int:version>/edit/label/<slug:code>/", codebook_draft.label, name="codebook-label"),
    path("codebooks/<slug:slug>/<int:version>/edit/scale/", codebook_draft.scale, name="codebook-scale-new"),
    path("codebooks/<slug:slug>/<int:version>/edit/scale/<slug:code>/", codebook_draft.scale, name="codebook-scale"),
    path("codebooks/<slug:slug>/<int:version>/labels.css", codebook.labels_css, name="labels-css"),
    path("api/v1/", include("annotator.api.urls")),
    path("admin/login/", account.admin_login),  # one door in, with one lock
    path("admin/logout/", account.sign_out),
    path("admin/password_change/", account.admin_password),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "annotator.views.errors.bad_request"
handler403 = "annotator.views.errors.forbidden"
handler404 = "annotator.views.errors.not_found"
handler500 = "annotator.views.errors.server_error"
