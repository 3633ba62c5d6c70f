"""The `wfsim` command: its options, its commands, and what an error looks like."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from wfsim._version import __version__
from wfsim.cli import check_part as checking
from wfsim.cli import command as repeating
from wfsim.cli import compare as comparing
from wfsim.cli import describe, exit_codes, init, plot, resume, run, schema, validate, verify
from wfsim.cli import export as exporting
from wfsim.cli import fit as fitting
from wfsim.cli import list as listing
from wfsim.cli import new as writing
from wfsim.cli import plan as planning
from wfsim.cli import sweep as sweeping
from wfsim.cli._settings import Settings
from wfsim.cli._stopping import asked_to_stop, stoppable
from wfsim.cli._streams import expendable_output
from wfsim.errors import ScenarioError, WfsimError

_EPILOG = f"""Example: wfsim run quickstart stop.rounds=3

{exit_codes.sentence()}

1 kbit = 1000 bit. --debug before the command shows the traceback of an error."""

app = typer.Typer(
    name="wfsim",
    no_args_is_help=True,
    epilog=_EPILOG,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    print(f"wfsim {__version__}")
    raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", envvar="WFSIM_DEBUG", help="show an error's traceback")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print the version and exit")
    ] = False,
) -> None:
    """Simulate wireless federated LoRA fine-tuning: bits on the air decide what is learned, and the other way round."""
    context.obj.debug = debug


def _add(name: str, command: Callable[..., None], example: str, **rest: Any) -> None:
    told = "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.getdoc(command).split("\n\n"))
    app.command(name, help=told, epilog=f"Example: {example}", **{"no_args_is_help": True, **rest})(command)


_add("run", run.run, run.EXAMPLE)
_add("resume", resume.resume, resume.EXAMPLE)
_add("sweep", sweeping.sweep, sweeping.EXAMPLE)
_add("validate", validate.validate, validate.EXAMPLE)
_add("plan", planning.plan, planning.EXAMPLE)
_add("fit", fitting.fit, fitting.EXAMPLE)
_add("list", listing.list_parts, listing.EXAMPLE, no_args_is_help=False)
_add("describe", describe.describe, describe.EXAMPLE)
_add("check-part", checking.check_part, checking.EXAMPLE)
_add("new", writing.new, writing.EXAMPLE)
_add("verify", verify.verify, verify.EXAMPLE)
_add("plot", plot.plot, plot.EXAMPLE, cls=plot.PlotCommand)
_add("compare", comparing.compare, comparing.EXAMPLE)
_add("export", exporting.export, exporting.EXAMPLE, cls=exporting.ExportCommand)
_add("command", repeating.command, repeating.EXAMPLE)
_add("schema", schema.schema, schema.EXAMPLE, no_args_is_help=False)
_add("init", init.init, init.EXAMPLE, no_args_is_help=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (of `sys.argv` by default) and return its exit code; errors are one line on stderr."""
    settings = Settings()
    try:
        with stoppable(), expendable_output(BrokenPipeError):
            return _exit_code(app(arguments, prog_name="wfsim", obj=settings, standalone_mode=False))
    except KeyboardInterrupt:  # before or after the command itself
        return _interrupted()
    except Exception as error:  # the last stop: whatever it is, the person gets one line and a code
        if asked_to_stop() and _code(error) != exit_codes.INTERRUPTED:
            return _interrupted()
        with expendable_output():
            _tell(error, settings)
        return _code(error)


def _tell(error: Exception, settings: Settings) -> None:
    if settings.debug:
        traceback.print_exception(error)
    else:
        _say(_line(error))


def _exit_code(returned: Any) -> int:
    code = returned if isinstance(returned, int) else 0
    return _interrupted() if code == exit_codes.INTERRUPTED else code


def _interrupted() -> int:
    with expendable_output():
        _say("wfsim: interrupted")
    return exit_codes.INTERRUPTED


def _code(error: Exception) -> int:
    return error.exit_code if isinstance(error, WfsimError | typer.TyperException) else exit_codes.FAILED


def _line(error: Exception) -> str:
    """An error in one line, empty where everything has been said."""
    if isinstance(error, ScenarioError):
        text = str(error)
    elif isinstance(error, WfsimError):
        text = f"wfsim: {error}"
    elif isinstance(error, typer.TyperException):
        text = f"wfsim: {error.format_message()}" if error.format_message() else ""
    elif isinstance(error, OSError) and error.strerror is not None:
        text = f"wfsim: {error.filename or 'output'}: {error.strerror}"
    else:
        text = f"wfsim: internal error: {type(error).__name__}: {error} (wfsim --debug ... shows where)"
    return " ".join(text.split())


def _say(line: str) -> None:
    if line:
        print(line, file=sys.stderr)
