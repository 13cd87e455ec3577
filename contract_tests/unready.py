"""What is told where nothing can be tested yet: mistakes of how the tests were set up, which say nothing of who is tested."""

from __future__ import annotations

from contract_tests.contract import ContractError

#: The environment variable with the token that a control plane may ask for.
TOKEN = "MOCK_PROMOTER_TOKEN"  # noqa: S105  # Its name, not the token.


def no_server(url: str, error: Exception) -> ContractError:
    """Return what to raise where nobody answers at a Promoter's address."""
    message = (
        f"{url} does not answer ({type(error).__name__}). Start the server, or correct --promoter-url.{_form(url)}"
    )
    return ContractError("contract_tests.no_server", message)


def no_token(url: str) -> ContractError:
    """Return what to raise where a control plane does not take the token, or lacks one."""
    message = (
        f"The control plane of {url} asks for a token, and {TOKEN} has none, or another. Put the one into it that the "
        "server was started with (--control-token)."
    )
    return ContractError("contract_tests.no_token", message)


def no_control(why: str) -> ContractError:
    """Return what to raise where nobody can tell what a router sends, and nobody has said that this is meant."""
    message = (
        f"{why}, which is what tells what the router sends. Let the router send to mock-promoter, or to what has its control "
        "plane, and name that by --promoter-url; or give --supports '', to test no more than what its doors answer."
    )
    return ContractError("contract_tests.no_control", message)


def no_router(url: str, seconds: float) -> ContractError:
    """Return what to raise where nobody answers at the address of a router that is to run already."""
    message = (
        f"Nothing answers at {url} within {seconds:g} s. Start the router, or correct --router-url; or say with "
        f"--router-command how to start it.{_form(url)}"
    )
    return ContractError("contract_tests.no_router", message)


def no_program(command: str, error: str) -> ContractError:
    """Return what to raise where a command is none."""
    message = (
        f"--router-command cannot be run: {command} ({error}). It is run without a shell, and in a "
        "folder of its own: name a program that is on PATH, or its absolute path, and put variables before it by env, such "
        "as: env PORT=8080 node /home/me/router.mjs"
    )
    return ContractError("contract_tests.no_router", message)


def _form(url: str) -> str:
    return "" if url.startswith(("http://", "https://")) else " An address begins with http:// or https://."
