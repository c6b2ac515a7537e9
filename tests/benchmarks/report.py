"""The report, agreement over time and the downloads of a large study: first, again, and after one document has changed.

Run on request: python -m tests.benchmarks.report [documents] [reviewers]. The study is that of
`tests.benchmarks.agreement_live`. Prints seconds, their ratio to the first report, SQL queries and bytes. Each page is
asked for the first time with nothing kept but what asking for the study page kept, and once with nothing at all.
"""

from typing import Any

from tests.benchmarks.agreement_live import build, edit, run, timed, visitors

STUDY = "/studies/large/"
PAGES = {"report": f"{STUDY}report/", "over time": f"{STUDY}over-time/"}
FIGURES = ("labels", "documents", "over-time", "versions", "rounds", "pairs")
EXPORTS = ("jsonl", "csv", "assignments-csv")


def measure(n_documents: int, n_reviewers: int) -> None:
    """Build the study and ask for its report."""
    study, lead, reviewers = build(n_documents, n_reviewers)
    ask = visitors(lead, reviewers[0])

    def lead_asks(what: str, path: str, base: float | None = None, **more: Any) -> float:
        return timed(what, lambda: ask["lead"](path, **more), base)

    print(f"{n_documents:,} documents × {n_reviewers} reviewers")  # noqa: T201
    lead_asks("study page, nothing kept", STUDY)
    cold = lead_asks("report", PAGES["report"])
    lead_asks("again", PAGES["report"], cold)
    lead_asks("over time", PAGES["over time"], cold)
    lead_asks("again", PAGES["over time"], cold)
    edit(study, lead)
    lead_asks("report after one edit", PAGES["report"], cold)
    lead_asks("over time after that edit", PAGES["over time"], cold)
    for name, path in PAGES.items():
        timed(f"{name}: a reviewer who has revealed all", lambda path=path: ask["reviewer0"](path), cold)
        timed("again", lambda path=path: ask["reviewer0"](path), cold)
    for name in FIGURES:
        lead_asks(f"figures/{name}.csv", f"{STUDY}figures/{name}.csv", cold)
    for name in EXPORTS:
        lead_asks(f"export/{name}", f"/api/v1{STUDY}export/{name}/", cold)
    api = f"/api/v1{STUDY}agreement/"
    lead_asks("JSON", api, cold)
    tag = ask["lead"](api).headers["ETag"]
    lead_asks("JSON, known already (304)", api, cold, headers={"if-none-match": tag})
    forget()
    lead_asks("report, nothing kept at all", PAGES["report"], cold)


def forget() -> None:
    """Delete all that is kept."""
    from django.core.cache import caches

    caches["figures"].clear()


if __name__ == "__main__":
    run(measure)
