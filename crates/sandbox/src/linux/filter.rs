//! From tables of refused calls to seccomp filters.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads, sock_filter,
};

/// What is refused, and with which error number. Refused calls fail like on a system that does not have them:
/// a library that tries one in vain goes on, where a signal would kill it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: i32,
    pub(super) calls: Vec<Call>,
}

/// A system call that is refused, always or in some uses.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) number: i64,
    /// Refused if all conditions of any one use hold; without any, always.
    pub(super) uses: Vec<Vec<Condition>>,
}

/// A condition on one argument, counted from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Condition {
    pub(super) argument: u8,
    pub(super) test: Test,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Test {
    /// It is anything else.
    Not(u64),
    /// Of arguments that the kernel reads as `int`, the lower 32 bits are these.
    IntIs(u64),
    /// They are any others.
    IntNot(u64),
    /// All of these bits are set.
    HasBits(u64),
    /// None of these bits is set.
    LacksBits(u64),
}

/// Puts a stage on for good, in all threads.
pub(super) fn put_on(name: &str, refusals: &[Refusal]) -> String {
    let count: usize = refusals.iter().map(|refusal| refusal.calls.len()).sum();
    let put_on = |refusal| apply(&compile(refusal).map_err(|error| error.to_string())?);
    match refusals.iter().try_for_each(put_on) {
        Ok(()) => format!("seccomp, {name}: {count} calls refused"),
        Err(error) => format!("seccomp, {name}: could not be used: {error}"),
    }
}

/// Refuses every call that the tables do not know, for good and in all threads: what is newer than `newest`, and
/// what fills the `gap`. A newer kernel would leave it open.
pub(super) fn refuse_unknown(newest: i64, gap: &RangeInclusive<i64>) -> String {
    match apply(&unknown(newest, gap)) {
        Ok(()) => format!("seccomp: unknown calls refused, such as those newer than number {newest}"),
        Err(error) => format!("seccomp: unknown calls could not be refused: {error}"),
    }
}

fn apply(program: &BpfProgram) -> Result<(), String> {
    apply_filter_all_threads(program).map_err(|error| told(&error))
}

/// The error with the system's own words, which seccompiler's leaves out.
fn told(error: &seccompiler::Error) -> String {
    use std::error::Error;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

fn compile(refusal: &Refusal) -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in &refusal.calls {
        let uses = call.uses.iter().map(|conditions| {
            SeccompRule::new(conditions.iter().map(condition).collect::<Result<Vec<_>, _>>()?)
        });
        rules.insert(call.number, uses.collect::<Result<Vec<_>, _>>()?);
    }
    let errno = SeccompAction::Errno(refusal.error.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, errno, TargetArch::x86_64)?.try_into()
}

fn condition(condition: &Condition) -> Result<SeccompCondition, BackendError> {
    use SeccompCmpArgLen::{Dword, Qword};
    let (length, operator, value) = match condition.test {
        Test::Not(value) => (Qword, SeccompCmpOp::Ne, value),
        Test::IntIs(value) => (Dword, SeccompCmpOp::Eq, value),
        Test::IntNot(value) => (Dword, SeccompCmpOp::Ne, value),
        Test::HasBits(bits) => (Qword, SeccompCmpOp::MaskedEq(bits), bits),
        Test::LacksBits(bits) => (Qword, SeccompCmpOp::MaskedEq(bits), 0),
    };
    SeccompCondition::new(condition.argument, length, operator, value)
}

/// With the newer numbers go those of the x32 calling convention, which have a high bit set and would slip past
/// tables of x86-64 numbers.
fn unknown(newest: i64, gap: &RangeInclusive<i64>) -> BpfProgram {
    const NUMBER_OFFSET: u32 = 0;
    let step = |code: u32, jt, jf, k| sock_filter { code: code as u16, jt, jf, k };
    let jump = libc::BPF_JMP | libc::BPF_K;
    vec![
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, NUMBER_OFFSET),
        step(jump | libc::BPF_JGT, 3, 0, newest as u32),
        step(jump | libc::BPF_JGT, 1, 0, *gap.end() as u32),
        step(jump | libc::BPF_JGE, 1, 0, *gap.start() as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs()),
    ]
}
