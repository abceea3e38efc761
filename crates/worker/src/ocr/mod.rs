//! Text in pixels: PP-OCRv6 small through `oar-ocr`, on ONNX Runtime.
//!
//! Its detector and recogniser are driven one by one, so that large pictures can be cut into tiles, progress
//! is told and a cancel is heard between any two steps.

mod dictionary;
mod order;
mod scraps;
mod tiles;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use deskscribe_protocol::{Code, EngineUse, Failure, Line, ModelGrant, ModelRole, Stage};
use image::{RgbImage, imageops};
use oar_ocr::core::config::{OrtGraphOptimizationLevel, OrtSessionConfig};
use oar_ocr::core::traits::OrtConfigurable;
use oar_ocr::core::traits::adapter::{AdapterBuilder, ModelAdapter};
use oar_ocr::core::traits::task::ImageTaskInput;
use oar_ocr::core::{ModelSource, OCRError};
use oar_ocr::domain::adapters::{
    TextDetectionAdapter, TextDetectionAdapterBuilder, TextRecognitionAdapter, TextRecognitionAdapterBuilder,
};
use oar_ocr::domain::tasks::TextDetectionConfig;
use oar_ocr::oarocr::{EdgeProcessor, TextCroppingProcessor};
use oar_ocr::processors::{BoundingBox, LimitType, Point};

use crate::pipeline::{Interruption, Watch};
pub(crate) use order::text_of;

/// Lines that are recognised at once. They are as wide as the widest of them, so they are sorted by width.
const BATCH: usize = 4;
/// The shorter edge that a picture is enlarged to before text is looked for, in pixels.
const SHORTEST_EDGE: u32 = 736;
/// No tile is longer than this, so that nothing is ever shrunk.
const LONGEST_EDGE: u32 = 4000;

/// The engine, with its models loaded.
pub(crate) struct Ocr {
    finder: TextDetectionAdapter,
    reader: TextRecognitionAdapter,
    provenance: Vec<EngineUse>,
}

impl Ocr {
    /// Loads the models from their descriptors.
    pub(crate) fn load(models: &[(ModelGrant, File)], threads: usize) -> Result<Self, Failure> {
        let find = |role| models.iter().find(|(grant, _)| grant.role == role);
        let (Some(finder), Some(reader)) = (find(ModelRole::TextDetection), find(ModelRole::TextRecognition))
        else {
            return Err(Failure::new(Code::Internal, "the models that read text were not lent"));
        };
        let session = OrtSessionConfig::new()
            .with_intra_threads(threads)
            .with_inter_threads(1)
            .with_optimization_level(OrtGraphOptimizationLevel::All)
            // Shapes differ from picture to picture: patterns of past ones only hold memory.
            .with_memory_pattern(false);
        let config = TextDetectionConfig {
            // What the models were published with.
            score_threshold: 0.2,
            box_threshold: 0.45,
            unclip_ratio: 1.4,
            max_candidates: 3000,
            limit_side_len: Some(SHORTEST_EDGE),
            limit_type: Some(LimitType::Min),
            max_side_len: Some(LONGEST_EDGE),
        };
        let unusable = |(grant, _): &(ModelGrant, File), error: String| {
            Failure::new(Code::Internal, format!("the model {} cannot be loaded: {error}", grant.name))
        };
        let bytes = load(finder).map_err(|error| unusable(finder, error.to_string()))?;
        let finding = TextDetectionAdapterBuilder::new()
            .with_ort_config(session.clone())
            .with_config(config)
            .build(ModelSource::Memory(bytes))
            .map_err(|error| unusable(finder, error.to_string()))?;
        let bytes = load(reader).map_err(|error| unusable(reader, error.to_string()))?;
        let characters =
            dictionary::of(&bytes).ok_or_else(|| unusable(reader, "it lists no characters".to_owned()))?;
        let reading = TextRecognitionAdapterBuilder::new()
            .with_ort_config(session)
            .character_dict(characters)
            .build(ModelSource::Memory(bytes))
            .map_err(|error| unusable(reader, error.to_string()))?;
        let provenance = [finder, reader].map(|(grant, _)| EngineUse {
            stage: Stage::Ocr,
            engine: "oar-ocr 0.10 on ONNX Runtime".to_owned(),
            model: grant.name.clone(),
            sha256: grant.sha256.clone(),
        });
        Ok(Self { finder: finding, reader: reading, provenance: provenance.into() })
    }

    /// What took part.
    pub(crate) fn provenance(&self) -> Vec<EngineUse> {
        self.provenance.clone()
    }

    /// The lines of a picture, in reading order. None is a result.
    pub(crate) fn read(&self, picture: RgbImage, watch: &dyn Watch) -> Result<Vec<Line>, Interruption> {
        let picture = Arc::new(picture);
        let tiles = tiles::cut(picture.width(), picture.height());
        let mut found = Vec::new();
        for (index, tile) in tiles.iter().enumerate() {
            // Finding and reading take about as long as each other; the number of lines is not known yet.
            tell(watch, index, tiles.len() * 2)?;
            found.extend(self.find(&picture, *tile)?.into_iter().map(|box_| (index, box_)));
        }
        let boxes = tiles::join(found);
        let mut lines = self.recognise(picture, boxes, watch)?;
        scraps::drop_scraps(&mut lines);
        Ok(order::sort(lines))
    }

    /// Boxes of text in a tile, in pixels of the picture.
    fn find(&self, picture: &Arc<RgbImage>, tile: tiles::Tile) -> Result<Vec<BoundingBox>, Failure> {
        let tiles::Tile { x, y, width, height } = tile;
        let view = if (width, height) == picture.dimensions() {
            Arc::clone(picture)
        } else {
            Arc::new(imageops::crop_imm(&**picture, x, y, width, height).to_image())
        };
        if is_plain(&view) {
            return Ok(Vec::new());
        }
        let input = ImageTaskInput::from_arc_images(vec![view]);
        let output = self.finder.execute(input, None).map_err(fault)?;
        let found = output.detections.into_iter().flatten();
        Ok(found.map(|found| found.bbox.translate(x as f32, y as f32)).collect())
    }

    fn recognise(
        &self,
        picture: Arc<RgbImage>,
        boxes: Vec<BoundingBox>,
        watch: &dyn Watch,
    ) -> Result<Vec<Line>, Interruption> {
        let mut boxes = boxes;
        let ratio = |box_: &BoundingBox| {
            let (width, height) = (box_.x_max() - box_.x_min(), box_.y_max() - box_.y_min());
            // Upright lines are turned before they are read.
            width.max(height) / width.min(height).max(1.0)
        };
        boxes.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
        let cropper = TextCroppingProcessor::new(true);
        let mut lines = Vec::with_capacity(boxes.len());
        let batches = boxes.len().div_ceil(BATCH);
        for (index, batch) in boxes.chunks(BATCH).enumerate() {
            tell(watch, batches + index, batches * 2)?;
            let crops = cropper.process((Arc::clone(&picture), batch.to_vec())).map_err(fault)?;
            // A box without area has no crop.
            let (crops, boxes): (Vec<_>, Vec<_>) =
                crops.into_iter().zip(batch).filter_map(|(crop, box_)| Some((crop?, box_))).unzip();
            if crops.is_empty() {
                continue;
            }
            let output = self.reader.execute(ImageTaskInput::from_arc_images(crops), None).map_err(fault)?;
            let read = output.texts.into_iter().zip(output.scores).zip(boxes);
            lines.extend(read.filter_map(|((text, score), box_)| line(&text, score, box_)));
        }
        Ok(lines)
    }
}

fn tell(watch: &dyn Watch, done: usize, total: usize) -> Result<(), Interruption> {
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    watch.progress(Stage::Ocr, count(done), count(total));
    Ok(())
}

/// A model's file, whole. Workers share its descriptor's offset, so it is read by position.
fn load((_, file): &(ModelGrant, File)) -> std::io::Result<Arc<[u8]>> {
    let size = usize::try_from(file.metadata()?.len()).map_err(std::io::Error::other)?;
    let mut bytes = vec![0; size];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes.into())
}

fn line(text: &str, confidence: f32, box_: &BoundingBox) -> Option<Line> {
    let text = text.trim();
    (!text.is_empty()).then(|| Line {
        text: text.to_owned(),
        confidence: confidence.clamp(0.0, 1.0),
        corners: corners(&box_.points),
        page: 0,
    })
}

/// Four corners, clockwise from the upper left.
fn corners(points: &[Point]) -> [[f32; 2]; 4] {
    let mut corners: Vec<[f32; 2]> = points.iter().map(|point| [point.x, point.y]).collect();
    corners.sort_by(|one, other| one[0].total_cmp(&other[0]));
    match corners[..] {
        [a, b, c, d] => {
            let (upper_left, lower_left) = if a[1] <= b[1] { (a, b) } else { (b, a) };
            let (upper_right, lower_right) = if c[1] <= d[1] { (c, d) } else { (d, c) };
            [upper_left, upper_right, lower_right, lower_left]
        }
        _ => {
            let range = |axis: usize| {
                let values = corners.iter().map(move |corner| corner[axis]);
                (values.clone().fold(f32::MAX, f32::min), values.fold(f32::MIN, f32::max))
            };
            let ((left, right), (top, bottom)) = (range(0), range(1));
            [[left, top], [right, top], [right, bottom], [left, bottom]]
        }
    }
}

/// Whether every pixel is the same: an empty stretch of a long page.
fn is_plain(picture: &RgbImage) -> bool {
    let mut pixels = picture.pixels();
    let first = pixels.next();
    pixels.all(|pixel| Some(pixel) == first)
}

fn fault(error: OCRError) -> Failure {
    Failure::new(Code::Internal, format!("the text engine failed: {error}"))
}
