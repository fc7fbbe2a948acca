"""Uploads a finished release to the Hub; nothing is uploaded without ``--push``."""

from __future__ import annotations

from pathlib import Path

from trace_builder.errors import InputError, StoppedError


def needs_hub() -> None:
    """Raises InputError where huggingface_hub is not installed."""
    try:
        import huggingface_hub  # noqa: F401
    except ImportError:
        raise InputError(
            "--push needs huggingface_hub, which is not installed: pip install 'trace-builder[release]'"
        ) from None


def upload(folder: Path, repo: str) -> str:
    """Uploads the folder to a dataset repository, which is made (private) if it is not there.

    The token comes from the environment or the login that huggingface_hub knows; the Hub's address from
    HF_ENDPOINT.

    Returns:
        the address of the commit.

    Raises:
        StoppedError: the Hub refused or could not be reached; what was written to disk stays.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    # What the wire raises: httpx's errors up to huggingface_hub 1, httpx2's from 2 on; HfHubHTTPError is one.
    wire = next((base for base in HfHubHTTPError.__mro__ if base.__name__ == "HTTPError"), HfHubHTTPError)
    api = HfApi()
    try:
        api.create_repo(repo, repo_type="dataset", private=True, exist_ok=True)
        commit = api.upload_folder(
            repo_id=repo, folder_path=folder, repo_type="dataset", commit_message="Release by trace_builder"
        )
    except HFValidationError as exc:
        raise InputError(f"--push {repo}: {exc}") from None
    except (wire, OSError, ValueError) as exc:
        raise StoppedError(f"--push {repo}: {exc}; the release lies in {folder}") from None
    return str(commit.commit_url)
