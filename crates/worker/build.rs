//! Which version of FFmpeg's libraries this is built against, as far as it makes a difference.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(ffmpeg_6_1)");
    if std::env::var_os("DEP_FFMPEG_FFMPEG_6_1").is_some() {
        println!("cargo::rustc-cfg=ffmpeg_6_1");
    }
}
