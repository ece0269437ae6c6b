"""The command group. Each command lives in a module of its own, imported when it is called."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "audit": "Judge documented claims against published files.",
    "blueprint": "Show the modules and tensors the modelling source builds.",
    "cache": "Show or clear what archinspect has learnt.",
    "diff": "Show in which facts two models differ.",
    "explain": "Show what a verdict rests on.",
    "lineage": "Show which lineage a model extends.",
    "list": "List the registry's models.",
    "registry": "Check, refresh or pin the registry.",
    "rules": "List the rules that files are held against.",
    "schema": "Print the JSON schema of a report.",
    "show": "Show a model's facts, each with its evidence.",
    "table": "Show models beside each other.",
    "tensors": "List the tensors the modelling source builds.",
}


class _Lazy(click.Group):
    """Knows every command's name and summary; imports the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"archinspect.cli.{name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Summaries are listed here so that --help imports none of the commands.
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from archinspect.versions import all_versions

        click.echo("\n".join(f"{name} {number}" for name, number in all_versions().items()))
        ctx.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the versions."
)
def commands() -> None:
    """Read what a model is from its published files, and hold what is said against it.

    MODEL is a registry name or alias, a Hub repository org/name[@revision], or a folder.
    No weights are downloaded, no code from a repository is run.
    """
