"""The rival of `cargo xtask bench --locks`: a JSON file that is read and written whole under a file lock.

json_cache.py FOLDER PROCESSES UPSERTS prints for every upsert its process and when it began and ended, then what is there.
"""
import json, multiprocessing, pathlib, sys, time
from filelock import FileLock

CACHE = pathlib.Path(sys.argv[1]) / "cache.json"
PROCESSES, UPSERTS = int(sys.argv[2]), int(sys.argv[3])
ROWS = (UPSERTS + 1) // 2


def load():
    return json.loads(CACHE.read_text()) if CACHE.exists() else {}


def write(process, ready, told):
    ready.wait()
    times = []
    for upsert in range(UPSERTS):
        begun = time.time()
        with FileLock(f"{CACHE}.lock"):
            rows = load()
            rows[f"{process} {upsert % ROWS}"] = f"process {process}, upsert {upsert}\n" * 83
            CACHE.write_text(json.dumps(rows))
        times.append((process, begun, time.time()))
    told.put(times)


if __name__ == "__main__":
    ready, told = multiprocessing.Barrier(PROCESSES), multiprocessing.Queue()
    for process in range(PROCESSES):
        multiprocessing.Process(target=write, args=(process, ready, told)).start()
    for _ in range(PROCESSES):
        for process, begun, ended in told.get():
            print(f"{process} {begun:.6f} {ended:.6f}")
    print(f"rows {len(load())} of {PROCESSES * ROWS}")
