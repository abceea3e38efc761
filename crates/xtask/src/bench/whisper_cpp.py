"""The rival of `cargo xtask bench --speech`: whisper.cpp itself, as pywhispercpp has it, with what is usual for it.

whisper_cpp.py MODEL FOLDER prints a line of JSON for every WAV file below FOLDER.
"""
import json, pathlib, sys
from pywhispercpp.model import Model

if __name__ == "__main__":
    # One thread: several wait for each other in a busy loop, for very long on a machine that does other things.
    model = Model(sys.argv[1], n_threads=1, redirect_whispercpp_logs_to=None, print_progress=False)
    for path in sorted(pathlib.Path(sys.argv[2]).rglob("*.wav")):
        segments = model.transcribe(str(path))
        print(json.dumps({"path": str(path), "text": "\n".join(segment.text for segment in segments)}))
