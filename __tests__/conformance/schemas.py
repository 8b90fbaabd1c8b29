"""Loads each published schema with Python's jsonschema and says which of its examples fit."""
import json
import sys

from jsonschema import Draft202012Validator

question = json.load(sys.stdin)
answers = []
for one in question["schemas"]:
    Draft202012Validator.check_schema(one["schema"])
    validator = Draft202012Validator(one["schema"])
    answers.append({"id": one["schema"]["$id"], "fits": [validator.is_valid(value) for value in one["values"]]})
json.dump(answers, sys.stdout)
