"""The rival of `cargo xtask bench --locks`: a JSON file that is read and written whole under a file lock.

json_cache.py FOLDER PROCESSES UPSERTS PRESENT prints for every upsert its process and when it began and ended, then what
is there, without the rows that were PRESENT before.
"""
import json, multiprocessing, pathlib, sys, time
from filelock import FileLock

CACHE = pathlib.Path(sys.argv[1]) / "cache.json"
PROCESSES, UPSERTS, PRESENT = map(int, sys.argv[2:5])
ROWS = (UPSERTS + 1) // 2


def text(process, upsert):
    return f"process {process}, upsert {upsert}\n" * 83


def load():
    return json.loads(CACHE.read_text())


def write(process, ready, told):
    ready.wait()
    times = []
    for upsert in range(UPSERTS):
        begun = time.time()
        with FileLock(f"{CACHE}.lock"):
            rows = load()
            rows[f"{process} {upsert % ROWS}"] = text(process, upsert)
            CACHE.write_text(json.dumps(rows))
        times.append((process, begun, time.time()))
    told.put(times)


if __name__ == "__main__":
    CACHE.write_text(json.dumps({f"present {row}": text("none", row) for row in range(PRESENT)}))
    ready, told = multiprocessing.Barrier(PROCESSES), multiprocessing.Queue()
    for process in range(PROCESSES):
        multiprocessing.Process(target=write, args=(process, ready, told)).start()
    for _ in range(PROCESSES):
        for process, begun, ended in told.get():
            print(f"{process} {begun:.6f} {ended:.6f}")
    print(f"rows {len(load()) - PRESENT} of {PROCESSES * ROWS}")
