#!/usr/bin/env python3
"""Writes what a binary is made of as CycloneDX 1.5: `sbom.py BINARY VERSION OUT`.

Its parts are the libraries that it is linked with or loads (their packages and versions as installed), source that is
compiled into it, data that it reads, and, as `excluded` from what runs, what builds it: all packages of cmake/packages.txt's first kind. The
same installation gives the same bytes; a time stands in it only when SOURCE_DATE_EPOCH gives one."""
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

HERE = pathlib.Path(__file__).resolve().parent
LOADED = ["libcurl.so.4"]  # by dlopen: runtime/loop/curl.c
BESIDE = {"node-llhttp", "libxxhash-dev", "tzdata", "ca-certificates"}  # compiled in, or read as it runs


def ask(*words):
    """What a command prints; one that finds a part of what it is asked for fails, and says the rest."""
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def libraries(binary):
    """(soname, the package whose file it is) of each library; its own name where the package is unknown."""
    names = re.findall(r"\(NEEDED\).*\[(.+?)\]", ask("readelf", "-d", binary)) + LOADED
    found = re.findall(r"^\s*(\S+) .*=> (\S+)$", ask("/sbin/ldconfig", "-p"), re.M)
    places = {name: path for name, path in reversed(found)}  # the first of a name is this machine's own
    files = {name: {places[name], os.path.realpath(places[name]), "/usr" + places[name]} for name in names if name in places}
    owners = {}
    for line in ask("dpkg-query", "-S", *sorted(set().union(*files.values()))).splitlines():
        package, _, file = line.partition(": ")
        owners[file] = package.split(",")[0].split(":")[0]
    for name in names:
        yield name, next((owners[file] for file in sorted(files.get(name, ())) if file in owners), name)


def component(package, scope, versions, soname=None):
    entry = {"type": "library", "name": package, "scope": scope, "bom-ref": package}
    if package in versions:
        version, architecture = versions[package]
        purl = f"pkg:deb/debian/{package}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}"
        entry.update({"version": version, "purl": purl, "bom-ref": purl})
    if soname:
        entry["properties"] = [{"name": "journey:soname", "value": soname}]
    return entry


def components(binary):
    owned, listed = {}, []
    for soname, package in libraries(binary):
        owned.setdefault(package, soname)
    for line in (HERE / "packages.txt").read_text(encoding="utf-8").splitlines():
        kind, _, package = line.partition(" ")
        if kind == "build" and package not in owned:
            listed.append(package)
    versions = {}
    for line in ask("dpkg-query", "-W", "-f=${Package}\t${Version}\t${Architecture}\n", *owned, *listed).splitlines():
        package, version, architecture = line.split("\t")
        if version:
            versions[package] = (version, architecture)
    found = [component(package, "required", versions, soname) for package, soname in owned.items()]
    found += [component(package, "required" if package in BESIDE else "excluded", versions) for package in listed]
    return sorted(found, key=lambda part: part["name"])


def document(binary, version):
    digest = hashlib.sha256(pathlib.Path(binary).read_bytes()).hexdigest()
    root = {"type": "application", "bom-ref": "journey", "name": "journey", "version": version,
            "hashes": [{"alg": "SHA-256", "content": digest}]}
    parts = components(binary)
    metadata = {"component": root}
    if "SOURCE_DATE_EPOCH" in os.environ:
        at = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
        metadata = {"timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"), **metadata}
    needed = [part["bom-ref"] for part in parts if part["scope"] == "required"]
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": metadata, "components": parts,
           "dependencies": [{"ref": "journey", "dependsOn": needed}]}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bom, sort_keys=True))
    return {"bomFormat": bom.pop("bomFormat"), "specVersion": bom.pop("specVersion"), "serialNumber": f"urn:uuid:{serial}", **bom}


def main():
    binary, version, out = sys.argv[1:]
    pathlib.Path(out).write_text(json.dumps(document(binary, version), indent=2) + "\n", encoding="utf-8")


main()
