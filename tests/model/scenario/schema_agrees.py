"""scenarios/scenario.schema.json accepts what the loader accepts, and refuses what it refuses.

The same goes for scenarios/studies/study.schema.json and studies, when "studies" is the second argument.

The loader's verdict on each file is known from where it lies: scenarios/ is accepted,
tests/model/scenario/bad/ is refused (test_scenario.c and test_bad_scenarios.c hold the loader to that). What no schema can
see is listed in bad/beyond_schema.txt, with the reason; a file that is listed and refused all the same must leave the
list.
"""

import glob
import json
import os
import sys

try:
    import jsonschema
    Validator = jsonschema.Draft202012Validator
except (ImportError, AttributeError):
    print("skipped: install python3-jsonschema to compare the schema with the loader")
    sys.exit(77)


class Refused(Exception):
    pass


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Refused("a name is used twice")
    return dict(pairs)


def no_constant(word):
    raise Refused(word + " is not JSON")


def accepts(validator, path):
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8")
        tree = json.loads(text, object_pairs_hook=unique, parse_constant=no_constant)
        again = json.dumps(tree, ensure_ascii=False)
        again.encode("utf-8")  # half surrogates are no text
        if "\\u0000" in again:
            raise Refused("a zero byte is no text here")
    except (Refused, ValueError, RecursionError):
        return False
    return validator.is_valid(tree)


def read_list(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.split("#")[0].split() for line in file]
    return {line[0] for line in lines if line}


def main():
    root = sys.argv[1]
    schema, folders, bad = "scenarios/scenario.schema.json", ["scenarios"], "tests/model/scenario/bad"
    if sys.argv[2:] == ["studies"]:
        schema, bad = "scenarios/studies/study.schema.json", "tests/app/study/bad"
        folders = ["scenarios/studies", "tests/app/study/good"]
    bad = os.path.join(root, bad)
    with open(os.path.join(root, schema), encoding="utf-8") as file:
        schema = json.load(file)
    Validator.check_schema(schema)
    validator = Validator(schema)
    beyond = read_list(os.path.join(bad, "beyond_schema.txt"))
    wrong = []
    good = [path for folder in folders for path in sorted(glob.glob(os.path.join(root, folder, "*.json")))
            if not path.endswith(".schema.json")]
    refused = sorted(glob.glob(os.path.join(bad, "*.json")))
    for path in good:
        if not accepts(validator, path):
            error = next(validator.iter_errors(json.load(open(path, encoding="utf-8"))), "not JSON")
            wrong.append(path + ": the schema refuses it: " + str(error)[:300])
    for path in refused:
        name = os.path.basename(path)[:-len(".json")]
        accepted = accepts(validator, path)
        if accepted and name not in beyond:
            wrong.append(path + ": the schema accepts it; list it in beyond_schema.txt if no schema can see why")
        if not accepted and name in beyond:
            wrong.append(path + ": is listed in beyond_schema.txt, but the schema refuses it")
        beyond.discard(name)
    wrong += [name + ": is listed in beyond_schema.txt, but there is no such file" for name in sorted(beyond)]
    print("\n".join(wrong))
    print("%d good and %d bad files, %d disagreements" % (len(good), len(refused), len(wrong)))
    sys.exit(1 if wrong or len(good) < 6 or len(refused) < 50 else 0)


main()
