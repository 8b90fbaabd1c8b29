"""Verifies tokens with PyJWT, as Debian packages it (python3-jwt on python3-cryptography): no code of this project.

stdin:  {"jwk": {...}, "issuer": "...", "audience": "...", "tokens": ["...", ...]}
stdout: for each token its header and claims, or null where it is refused
"""

import json
import sys

import jwt


def verify(token, question):
    try:
        header = jwt.get_unverified_header(token)
        if header.get("kid") != question["jwk"]["kid"] or header.get("typ") != "authority+jwt":
            return None
        # A token is a record: PyJWT can only ask whether it holds now.
        options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "nbf", "iat"]}
        key = jwt.PyJWK(question["jwk"]).key
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=question["audience"],
            issuer=question["issuer"],
            options=options,
        )
        return {"header": header, "claims": claims}
    except (jwt.InvalidTokenError, UnicodeDecodeError):
        return None


question = json.load(sys.stdin)
json.dump([verify(token, question) for token in question["tokens"]], sys.stdout)
