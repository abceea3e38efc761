//! Which version of FFmpeg's libraries this is built against, as far as it makes a difference; and has the linker put
//! `speech/whisper/onlooker.rs` between whisper.cpp and what it computes with.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(ffmpeg_6_1)");
    if std::env::var_os("DEP_FFMPEG_FFMPEG_6_1").is_some() {
        println!("cargo::rustc-cfg=ffmpeg_6_1");
    }
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-link-arg=-Wl,--wrap=ggml_backend_sched_graph_compute");
    }
}
