//! Somebody who looks on while whisper.cpp computes, and can make it stop.
//!
//! whisper.cpp asks its own abort callback only between two whole computations, and the first of them, the encoder,
//! takes most of the time: with a large model, half a minute. What it computes with, ggml, asks between any two steps,
//! but whisper.cpp does not pass anything on. So the linker (`build.rs`) has every computation go through here first.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::time::{Duration, Instant};

use whisper_rs::whisper_rs_sys as sys;

/// Looks on at computations of the thread that it was made on.
pub(super) struct Onlooker<'a> {
    /// Hears how far the window has come, from 0 to less than 1, and says whether to go on.
    ask: &'a dyn Fn(f32) -> bool,
    phase: Cell<Phase>,
    /// Work that is done: the encoder counts as one.
    work: Cell<f32>,
    /// Steps of the computation at hand, and how many there are.
    step: Cell<u32>,
    steps: Cell<u32>,
    asked: Cell<Instant>,
    stopped: Cell<bool>,
}

/// What is computed for a window, in this order; words follow each other until it ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Begin,
    Encode,
    Cross,
    Word,
}

impl Phase {
    fn weight(self) -> f32 {
        match self {
            Self::Encode => 1.0,
            Self::Begin | Self::Cross | Self::Word => 0.01,
        }
    }
}

impl<'a> Onlooker<'a> {
    /// A person sees no difference below this, and a step of a small model takes microseconds.
    const EVERY: Duration = Duration::from_millis(20);

    pub(super) fn new(ask: &'a dyn Fn(f32) -> bool) -> Self {
        Self {
            ask,
            phase: Cell::new(Phase::Word),
            work: Cell::new(0.0),
            step: Cell::new(0),
            steps: Cell::new(1),
            asked: Cell::new(Instant::now()),
            stopped: Cell::new(false),
        }
    }

    /// Whether it made the engine stop.
    pub(super) fn has_stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Looks on while something is computed.
    pub(super) fn during<T>(&self, compute: impl FnOnce() -> T) -> T {
        struct Away;
        impl Drop for Away {
            fn drop(&mut self) {
                PRESENT.set(ptr::null());
            }
        }
        let _away = Away;
        PRESENT.set(ptr::from_ref(self).cast());
        compute()
    }

    fn begin(&self, is_first: bool, steps: u32) {
        self.work.set(self.work.get() + self.phase.get().weight());
        self.phase.set(match self.phase.get() {
            _ if is_first => Phase::Begin,
            Phase::Begin => Phase::Encode,
            Phase::Encode => Phase::Cross,
            Phase::Cross | Phase::Word => Phase::Word,
        });
        self.step.set(0);
        self.steps.set(steps.max(1));
    }

    /// One step further: whether to stop.
    fn step(&self) -> bool {
        self.step.set(self.step.get() + 1);
        if !self.stopped.get() && self.asked.get().elapsed() >= Self::EVERY {
            self.asked.set(Instant::now());
            let part = self.step.get() as f32 / self.steps.get() as f32;
            let work = self.work.get() + self.phase.get().weight() * part.min(1.0);
            // How many words there will be, and how often it is tried, nobody knows.
            self.stopped.set(!(self.ask)(work / (1.0 + work)));
        }
        self.stopped.get()
    }
}

thread_local! {
    /// The onlooker, of whatever lifetime, of the computation that this thread is in.
    static PRESENT: Cell<*const c_void> = const { Cell::new(ptr::null()) };
}

/// Called by ggml after each step, on the thread that computes.
#[expect(unsafe_code, reason = "a callback of a C library")]
pub(super) unsafe extern "C" fn stops(onlooker: *mut c_void) -> bool {
    // SAFETY: it is given to ggml by `Onlooker::during` alone, by way of `PRESENT`, on the thread that the onlooker
    // is borrowed on until the computation has ended. Only that thread calls back.
    unsafe { onlooker.cast::<Onlooker<'_>>().as_ref() }.is_some_and(Onlooker::step)
}

/// Who is looking on, for [`stops`]; null if nobody does.
pub(super) fn present() -> *mut c_void {
    PRESENT.get().cast_mut()
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "stands in for a function of a C library")]
mod wrapped {
    use super::{Onlooker, present, stops, sys};

    unsafe extern "C" {
        /// What the linker calls the function that [`compute`] stands in for.
        #[link_name = "__real_ggml_backend_sched_graph_compute"]
        fn real(sched: sys::ggml_backend_sched_t, graph: *mut sys::ggml_cgraph) -> sys::ggml_status;
    }

    /// Has the processor ask whoever is looking on, then computes.
    #[unsafe(export_name = "__wrap_ggml_backend_sched_graph_compute")]
    unsafe extern "C" fn compute(
        sched: sys::ggml_backend_sched_t,
        graph: *mut sys::ggml_cgraph,
    ) -> sys::ggml_status {
        let onlooker = present();
        // SAFETY: both pointers come from whisper.cpp as they would for the real function; every engine of ours
        // computes on the processor alone; the onlooker is there as long as the computation, see `stops`.
        unsafe {
            if let Some(onlooker) = onlooker.cast::<Onlooker<'_>>().as_ref() {
                let is_first = !sys::ggml_graph_get_tensor(graph, c"mel".as_ptr()).is_null();
                onlooker.begin(is_first, sys::ggml_graph_n_nodes(graph).unsigned_abs());
            }
            for backend in 0..sys::ggml_backend_sched_get_n_backends(sched) {
                let backend = sys::ggml_backend_sched_get_backend(sched, backend);
                sys::ggml_backend_cpu_set_abort_callback(backend, Some(stops), onlooker);
            }
            real(sched, graph)
        }
    }
}
