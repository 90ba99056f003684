"""The peer of the hygiene benchmark: datasketch's MinHash and MinHashLSH, used as its documentation says.

Usage: hygiene-peer.py <lines of JSON: evaluation texts> <lines of JSON: prompts> <permutations> <bands> <rows>
<threshold>; prints one JSON line.
"""

import json
import re
import resource
import sys
import time

import datasketch
from datasketch import MinHash, MinHashLSH

WORDS = re.compile(r"\w+")


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def shingles(text, size=3):
    words = WORDS.findall(text.lower())
    count = max(1, len(words) - size + 1)
    return list({" ".join(words[i : i + size]).encode() for i in range(count)})


def main(evaluation_path, prompts_path, permutations, bands, rows, threshold):
    evaluation, prompts = read(evaluation_path), read(prompts_path)
    began, processor = time.perf_counter(), time.process_time()
    empty = MinHash(num_perm=permutations)

    def signature(text):
        minhash = empty.copy()
        minhash.update_batch(shingles(text))
        return minhash

    def match(index, known, minhash):
        return any(known[i].jaccard(minhash) >= threshold for i in index.query(minhash))

    def index():
        return MinHashLSH(threshold=threshold, num_perm=permutations, params=(bands, rows))

    held, held_index = {}, index()
    for i, text in enumerate(evaluation):
        held[i] = signature(text)
        held_index.insert(i, held[i])
    kept, kept_index = {}, index()
    contaminated = duplicates = 0
    for i, text in enumerate(prompts):
        minhash = signature(text)
        if match(held_index, held, minhash):
            contaminated += 1
        elif match(kept_index, kept, minhash):
            duplicates += 1
        else:
            kept[i] = minhash
            kept_index.insert(i, minhash)
    print(
        json.dumps(
            {
                "version": datasketch.__version__,
                "seconds": time.perf_counter() - began,
                "processorSeconds": time.process_time() - processor,
                "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "contaminated": contaminated,
                "duplicates": duplicates,
                "kept": len(kept),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]), float(sys.argv[6]))
