"""A module includes what its row in cmake/modules.cmake names, and outside libraries stay in their folders."""
import re

import tree

LIBRARIES = {
    "uv.h": ("runtime/loop", "runtime/http", "runtime/delivery", "runtime/app", "cli/version.c"),
    "sqlite3.h": ("runtime/store/sqlite", "cli/version.c"),
    "curl/": ("runtime/loop", "runtime/delivery", "cli/server/client.c", "cli/version.c"),
    "openssl/": ("base/core", "base/cipher", "runtime/http/tls.c"),
    "utf8proc.h": ("base/core",),
    "xxhash.h": ("base/core",),
    "llhttp.h": ("runtime/http",),
    "zlib.h": ("runtime/ingest",),
}


def target_module(include, modules):
    folder = include.rsplit("/", 1)[0] if "/" in include else ""
    if folder.startswith(("core", "image")):
        folder = "base/" + folder
    return folder if folder in modules else None


def main():
    modules, findings = tree.modules(), []
    for path in tree.files(".c", ".h", ".y", ".l", ".def"):
        here = str(path.parent.relative_to(tree.ROOT))
        for number, line in enumerate(tree.lines(path), 1):
            match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            include = match.group(2)
            for library, homes in LIBRARIES.items():
                if include == library or (library.endswith("/") and include.startswith(library)):
                    if not tree.name(path).startswith(homes):
                        findings.append(f"{tree.name(path)}:{number}: <{include}> belongs to {', '.join(homes)}")
            module = target_module(include, modules)
            if match.group(1) == "<" or module is None or module == here or here.startswith("cli"):
                continue
            if here.startswith("include"):
                if module != "base/core" and not include.startswith("journey/"):
                    findings.append(f"{tree.name(path)}:{number}: the contract includes {include}")
            elif module not in modules.get(here, ()):
                findings.append(f"{tree.name(path)}:{number}: {here} may not include {module} (cmake/modules.cmake)")
            if include.startswith("cli/"):
                findings.append(f"{tree.name(path)}:{number}: only cli knows cli")
    for module, uses in modules.items():
        for used in uses:
            if {module.split("/")[0], used.split("/")[0]} == {"compiler", "runtime"}:
                findings.append(f"cmake/modules.cmake: {module} uses {used}: compiler and runtime never meet")
    tree.finish(findings)


main()
