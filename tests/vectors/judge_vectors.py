#!/usr/bin/env python3
"""Runs `whytls judge` over the public suites and compares: judge_vectors.py WHYTLS FOLDER [-v]

Every case must get its one answer, in order and with its id. The floors are what has been reached: they may rise, never fall.
"""
import collections
import json
import os
import subprocess
import sys

SKIP = 77

# file: (least agreements, most wrong answers). "unsupported" and "error" are neither.
FLOORS = {
    "apple-dev.jsonl": (356, 0),
    "bettertls-paths-dev.jsonl": (36, 0),
    "bettertls-names-dev.jsonl": (469, 0),
    "limbo-dev.jsonl": (99, 0),
}


def judge(whytls, path):
    run = subprocess.run([whytls, "judge", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=240)
    if run.returncode not in (0, 1, 2):
        sys.exit(f"{path}: exit code {run.returncode}\n{run.stderr.decode(errors='replace')[-2000:]}")
    return [json.loads(line) for line in run.stdout.decode().splitlines()], run.returncode


def differs(case, answer):
    """What an agreeing rejection still got wrong: its checks, code or path."""
    found = {check["check"] for check in answer.get("checks", [])}
    missing = set(case.get("expect_checks") or []) - found
    if missing:
        return f"lacks {sorted(missing)}, has {sorted(found)}"
    if case.get("expect_osstatus") and case["expect_osstatus"] != answer["osstatus"]:
        return f"osstatus {answer['osstatus']} instead of {case['expect_osstatus']}"
    if case.get("expect_chain_sha256") and case["expect_chain_sha256"] != answer["path"]:
        return "another path"
    return None


def compare(whytls, path, verbose):
    with open(path, encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    answers, code = judge(whytls, path)
    if len(answers) != len(cases):
        sys.exit(f"{path}: {len(cases)} cases, {len(answers)} answers")
    tally = collections.Counter()
    for case, answer in zip(cases, answers):
        if answer.get("v") != 1 or answer.get("id") != case["id"]:
            sys.exit(f"{path}: the answer to {case['id']} is {json.dumps(answer)[:200]}")
        verdict = answer["verdict"]
        if verdict in ("unsupported", "error"):
            tally[verdict] += 1
            continue
        why = f"{verdict} instead of {case['expect']}" if verdict != case["expect"] else differs(case, answer)
        tally["wrong" if why else "agree"] += 1
        if why and verbose:
            print(f"  {case['id']}: {why}")
    rejected = any(answer["verdict"] == "reject" for answer in answers)
    if rejected != (code == 1):
        sys.exit(f"{path}: exit code {code} with{'' if rejected else 'out'} a rejection")
    return tally


def main():
    whytls, folder = sys.argv[1:3]
    if not os.path.isdir(folder):
        print(f"SKIP: there is no {folder}")
        return SKIP
    failed = False
    for name, (least, most_wrong) in FLOORS.items():
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            print(f"{name}: not there")
            continue
        tally = compare(whytls, path, "-v" in sys.argv)
        bad = tally["agree"] < least or tally["wrong"] > most_wrong
        failed = failed or bad
        print(f"{name}: {dict(tally)}{' - below the floor' if bad else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
