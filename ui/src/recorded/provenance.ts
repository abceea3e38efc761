// What has read the items of the recorded session, and numbers that are the same each time.
import type { Provenance } from "../bindings";
import type { RecordingScript } from "./recordings";

/** Reproducible noise between 0 and 1. */
export const noise = (seed: number): number => {
  const x = Math.sin(seed * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
};

export const hex = (seed: number): string =>
  Array.from({ length: 8 }, (_, at) =>
    Math.floor(noise(seed * 8 + at) * 0xffffffff)
      .toString(16)
      .padStart(8, "0"),
  ).join("");

export const provenanceOf = (recording: RecordingScript | null, seconds: number): Provenance => ({
  program: "Deskscribe 0.1.0",
  engines: [
    ...(recording && recording.said.length > 0
      ? [
          {
            stage: "transcribe" as const,
            engine: "whisper.cpp 1.8",
            model: "base",
            sha256: hex(13),
          },
        ]
      : []),
    { stage: "ocr", engine: "ort 2.0", model: "PP-OCRv5 mobile", sha256: hex(11) },
    { stage: "summarise", engine: "extractive", model: "deskscribe-digest 1", sha256: hex(12) },
  ],
  stages: [
    ...(recording
      ? [
          { stage: "hear" as const, seconds: recording.duration / 90 },
          { stage: "transcribe" as const, seconds: recording.duration / 6 },
          { stage: "watch" as const, seconds: recording.duration / 14 },
        ]
      : [
          { stage: "decode" as const, seconds: 0.04 },
          { stage: "ocr" as const, seconds },
        ]),
    { stage: "summarise", seconds: 0.01 },
  ],
});
