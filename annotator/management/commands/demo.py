"""One command from an empty folder to a running app: database, seed documents, accounts, two studies, server."""

import secrets
import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string
from waitress.server import create_server

from annotator.actions.account import create_user
from annotator.actions.assignments import assign_revision
from annotator.actions.codebook import create_codebook, publish_codebook
from annotator.actions.imports import import_documents
from annotator.actions.study import add_member, create_study
from annotator.formats import codebook as codebook_file
from annotator.formats import jsonl
from annotator.models import Codebook, Membership, Study, User
from sources.importers.manifest import read_manifest
from sources.models import Revision
from sources.restore import find_text

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
ADMINISTRATOR = "admin"
REVIEWERS = ("reviewer1", "reviewer2", "reviewer3", "reviewer4")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CONNECTIONS = 1000  # waitress buffers; at its default of 100, as many slow clients would shut everybody out
THREADS = 8
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def new_password() -> str:
    """Return a random password of 16 letters and digits in four groups: 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


class Command(BaseCommand):
    """Run again, it changes nothing and serves."""

    help = "Set everything up with the five seed documents, then serve on this machine."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an address; anything but this machine needs a proxy in front."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--behind-proxy", action="store_true", help="serve others, through a proxy that ends TLS")
        parser.add_argument("--no-serve", action="store_true", help="only set up")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up what is missing, then serve until stopped."""
        self.refuse_unsafe_address(options["host"], options["behind_proxy"])
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("import_documents", str(FIXTURES / "documents.toml"), verbosity=0)
        passwords = self.make_accounts()
        self.make_seed_study()
        self.make_demonstration()
        self.print_accounts(passwords)
        if not options["no_serve"]:
            self.serve(options["host"], options["port"], options["behind_proxy"])

    def refuse_unsafe_address(self, host: str, behind_proxy: bool) -> None:
        """Raise CommandError where strangers could reach the server without a proxy in front."""
        if host not in LOOPBACK and not behind_proxy:
            raise CommandError(
                "Without --behind-proxy only this machine is served. Put a proxy that ends TLS in front, "
                "set BEHIND_PROXY=1 and ALLOWED_HOSTS, and add --behind-proxy."
            )
        if behind_proxy and not settings.BEHIND_PROXY:
            raise CommandError("Set BEHIND_PROXY=1 and ALLOWED_HOSTS in the environment as well.")

    def make_accounts(self) -> dict[str, str]:
        """Make the administrator and the reviewers that are missing; return the new ones' passwords."""
        passwords: dict[str, str] = {}
        administrator = User.objects.filter(username=ADMINISTRATOR).first()
        if administrator is None:
            passwords[ADMINISTRATOR] = new_password()
            administrator = create_user(
                actor=None,
                username=ADMINISTRATOR,
                password=passwords[ADMINISTRATOR],
                is_staff=True,
                is_superuser=True,
            )
        for name in REVIEWERS:
            if not User.objects.filter(username=name).exists():
                passwords[name] = new_password()
                create_user(actor=administrator, username=name, password=passwords[name])
        return passwords

    def make_seed_study(self) -> None:
        """Make the study of the five seeds, in which everybody reviews everything."""
        if Study.objects.filter(slug="seeds").exists():
            return
        administrator = User.objects.get(username=ADMINISTRATOR)
        with (FIXTURES / "codebook.toml").open("rb") as stream:
            info = codebook_file.read(stream)
        codebook = Codebook.objects.filter(slug=info.slug, version=info.version).first()
        if codebook is None:
            codebook = create_codebook(actor=administrator, info=info)
        codebook = publish_codebook(actor=administrator, codebook=codebook)
        slugs = [draft.slug for draft in read_manifest(FIXTURES / "documents.toml").drafts]
        revisions = list(Revision.objects.filter(document__slug__in=slugs, number=1).select_related("document"))
        study = create_study(
            actor=administrator,
            slug="seeds",
            title="Seeds",
            codebook=codebook,
            blinding=Study.Blinding.UNTIL_SUBMITTED,
            order=Study.Order.FIXED,
            revisions=revisions,
        )
        for name in (ADMINISTRATOR, *REVIEWERS):
            user = User.objects.get(username=name)
            if name != ADMINISTRATOR:
                add_member(actor=administrator, study=study, user=user)
            for revision in revisions:
                assign_revision(actor=administrator, study=study, revision=revision, reviewer=user)

    def make_demonstration(self) -> None:
        """Load the demonstration through the ordinary import, and let everybody read it."""
        administrator = User.objects.get(username=ADMINISTRATOR)
        with (FIXTURES / "demo.jsonl").open("rb") as stream:
            documents = jsonl.read(stream, texts=find_text)
        slugs = {document.study.slug for document in documents}
        if Study.objects.filter(slug__in=slugs).count() == len(slugs):
            return
        import_documents(actor=administrator, documents=documents)
        for study in Study.objects.filter(slug__in=slugs):
            add_member(actor=administrator, study=study, user=administrator, role=Membership.Role.LEAD)
            for user in User.objects.filter(username__in=REVIEWERS):
                add_member(actor=administrator, study=study, user=user, role=Membership.Role.READER)

    def print_accounts(self, passwords: dict[str, str]) -> None:
        """Print the new passwords, a reviewer's first; they are kept nowhere in readable form."""
        for name in sorted(passwords, key=lambda name: (name == ADMINISTRATOR, name)):
            role = "administrator" if name == ADMINISTRATOR else "reviewer"
            self.stdout.write(f"{role:14} {name:10} password {passwords[name]}")
        if passwords:
            self.stdout.write("These passwords are shown once.")
        self.stdout.write("A new one is set by: python manage.py changepassword NAME")

    def serve(self, host: str, port: int, behind_proxy: bool) -> None:
        """Serve until Ctrl-C or SIGTERM; requests under way are finished first."""
        trusted = {"trusted_proxy": "*", "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto"}
        try:
            server = create_server(
                import_string(settings.WSGI_APPLICATION),
                host=host,
                port=port,
                threads=THREADS,
                connection_limit=CONNECTIONS,
                ident="Credence",
                clear_untrusted_proxy_headers=True,
                **(trusted if behind_proxy else {}),
            )
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used ({error.strerror}). Choose another: --port 8001") from error
        # Ctrl-C too: a shell that starts a command in the background makes it ignore SIGINT.
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.default_int_handler)
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Credence is at http://{shown}:{port}/ - Ctrl-C stops it.")
        self.stdout.flush()
        server.run()
        self.stdout.write("Stopped.")
