"""Takes a receipt apart without any code of this project: canonical bytes, signature and public key, as files.

usage: canonical.py RECEIPT FOLDER    writes FOLDER/message, FOLDER/signature, FOLDER/key.der

Python's standard library only. A receipt holds printable ASCII and integers, nothing else; for these, json.dumps with
sorted names and no white space gives the bytes of RFC 8785. Anything else stops with an error.
"""

import json
import pathlib
import re
import sys


def members(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice")
    return dict(pairs)


def check(value):
    if isinstance(value, dict):
        for name, member in value.items():
            check(name)
            check(member)
    elif isinstance(value, list):
        for item in value:
            check(item)
    elif isinstance(value, str):
        if not re.fullmatch(r"[\x20-\x7e]*", value):
            raise ValueError("a text is not printable ASCII")
    elif isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53 - 1:
        raise ValueError("a value is neither text nor a safe integer")


def unhex(text, form):
    found = re.fullmatch(form, text)
    if not found:
        raise ValueError("a key or signature is not in its form")
    return bytes.fromhex(found.group(1))


def main(receipt_file, folder):
    receipt = json.loads(pathlib.Path(receipt_file).read_bytes().decode("utf-8"), object_pairs_hook=members)
    check(receipt)
    signature = unhex(receipt.pop("signature"), r"ed25519:([0-9a-f]{128})")
    key = unhex(receipt["publicKey"], r"pp_pk_([0-9a-f]{64})")
    message = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    out = pathlib.Path(folder)
    (out / "message").write_bytes(message)
    (out / "signature").write_bytes(signature)
    (out / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)  # RFC 8410 section 4


main(sys.argv[1], sys.argv[2])
