"""Check everything the app promises about what is stored, and print the heads of all ledgers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.queries import verification


class Command(BaseCommand):
    """Exits with an error that names every fault."""

    help = "Check triggers, texts, quotes, spans and the history's hash chains; print the ledgers' heads."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every check."""
        found = verification()
        for name, seq, head in found.heads:
            self.stdout.write(f"ledger of {name}: {seq} events, head {head or 'none'}")
        for line in found.counted:
            self.stdout.write(line)
        if found.faults:
            raise CommandError("\n".join(found.faults))
        self.stdout.write("Everything stored is as promised.")
