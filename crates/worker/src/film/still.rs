//! Pictures that are coded like the frames of a film, one by one: those inside HEIC and AVIF files, and the pages of
//! TIFF files that nothing else here knows.

use deskscribe_protocol::{Code, Failure};
use image::RgbImage;

use super::av::{Decoder, Fault, Frame, Packet, Painter, Still};

/// Decodes pictures that are coded in one way.
pub(crate) struct StillDecoder {
    decoder: Decoder,
    packet: Packet,
    frame: Frame,
    painter: Painter,
    name: &'static str,
}

impl StillDecoder {
    /// For pictures of at most so many pixels each.
    ///
    /// # Errors
    /// `unsupported`, if the system's libraries were built without this decoder; `damaged`.
    pub(crate) fn open(still: Still<'_>, pixels: u64) -> Result<Self, Failure> {
        let name = still.name();
        let failed = |fault| explain(fault, name);
        Ok(Self {
            decoder: Decoder::of_still(still, pixels).map_err(failed)?,
            packet: Packet::new().map_err(failed)?,
            frame: Frame::new().map_err(failed)?,
            painter: Painter::default(),
            name,
        })
    }

    /// The picture in these bytes, as 8-bit RGB, as large as it is stored.
    ///
    /// # Errors
    /// `damaged`, or what else the decoder has against it.
    pub(crate) fn decode(&mut self, coded: &[u8]) -> Result<RgbImage, Failure> {
        self.paint(coded).map_err(|fault| explain(fault, self.name))
    }

    fn paint(&mut self, coded: &[u8]) -> Result<RgbImage, Fault> {
        self.packet.fill(coded)?;
        self.decoder.send(Some(&self.packet))?;
        // Nothing follows: a decoder may wait for more before it gives out the first.
        self.decoder.send(None)?;
        let is_there = self.decoder.receive(&mut self.frame)?;
        self.decoder.flush();
        if !is_there {
            return Err(Fault::NONSENSE);
        }
        let Self { frame, painter, .. } = self;
        painter.colours(frame, frame.width(), frame.height())
    }
}

fn explain(fault: Fault, name: &str) -> Failure {
    match fault {
        Fault::UNKNOWN => {
            let reason = format!("it is coded as {name}, which the FFmpeg of this system does not decode");
            Failure::new(Code::Unsupported, reason)
        }
        Fault::MEMORY => Failure::new(Code::TooLarge, "opening it takes more memory than a picture may have"),
        fault => Failure::new(Code::Damaged, format!("the picture is damaged: {fault}")),
    }
}
