"""What a program reads in a folder of pictures and those below it, as JSON for a scorer: `read_folder.py PROGRAM FOLDER RESULT.json`.

PROGRAM is the path of `deskscribe`, or `rapidocr` (the Python package, one thread, as it comes), or `tesseract` (the
program, one thread, as it comes). The keys of RESULT are the paths of the pictures relative to FOLDER's parent.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

KINDS = {".png", ".jpg", ".webp", ".tif", ".gif", ".bmp", ".avif", ".heic"}


def pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in KINDS)


def by_deskscribe(program: str, folder: Path) -> Iterator[tuple[Path, str]]:
    with tempfile.TemporaryDirectory() as home:
        told = subprocess.run(
            [program, "scan", "--json", folder], stdout=subprocess.PIPE, env={**os.environ, "DESKSCRIBE_HOME": home}
        )
    for row in map(json.loads, told.stdout.splitlines()):
        if "path" in row and Path(row["path"]).suffix in KINDS:
            yield Path(row["path"]), row["text"] or ""


def by_rapidocr(folder: Path) -> Iterator[tuple[Path, str]]:
    from rapidocr import RapidOCR

    one = {f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ["intra", "inter"]}
    engine = RapidOCR(params={**one, "Global.log_level": "error"})
    for path in pictures(folder):
        try:
            yield path, "\n".join(engine(str(path)).txts or [])
        except Exception as error:  # What it cannot open, it has not read.
            print(f"{path.name}: {error}", file=sys.stderr)
            yield path, ""


def by_tesseract(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in pictures(folder):
        told = subprocess.run(
            ["tesseract", path, "-"], capture_output=True, text=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"}
        )
        yield path, told.stdout


def main(program: str, folder: Path, result: Path) -> None:
    match program:
        case "rapidocr":
            read = by_rapidocr(folder)
        case "tesseract":
            read = by_tesseract(folder)
        case _:
            read = by_deskscribe(program, folder)
    texts = {str(path.resolve().relative_to(folder.parent)): text for path, text in read}
    result.write_text(json.dumps(texts, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]))
