//! SHA-256 of a file (FIPS 180-4), the hash that PyPI and pip speak.
//!
//! Written here because xtask depends on nothing. It guards against damage; what comes from the network is
//! checked by pip first.

use std::fmt::Write;
use std::io::{self, Read};

/// The hash of all that can be read, in hex.
pub(crate) fn digest(mut from: impl Read) -> io::Result<String> {
    let mut state = START;
    let mut length: u64 = 0;
    let mut buffer = vec![0; 1 << 18];
    let mut held = 0;
    loop {
        let count = from.read(&mut buffer[held..])?;
        held += count;
        length += count as u64;
        if count == 0 {
            break;
        }
        let (blocks, rest) = buffer[..held].as_chunks::<64>();
        blocks.iter().for_each(|block| mix(&mut state, block));
        let rest = rest.len();
        buffer.copy_within(held - rest..held, 0);
        held = rest;
    }

    let mut end = buffer[..held].to_vec();
    end.push(0x80);
    end.resize((end.len() + 8).next_multiple_of(64) - 8, 0);
    end.extend((length * 8).to_be_bytes());
    end.as_chunks::<64>().0.iter().for_each(|block| mix(&mut state, block));

    let mut hex = String::with_capacity(64);
    for word in state {
        write!(hex, "{word:08x}").map_err(io::Error::other)?;
    }
    Ok(hex)
}

fn mix(state: &mut [u32; 8], block: &[u8; 64]) {
    let mut schedule = [0_u32; 64];
    for (word, bytes) in schedule.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for at in 16..64 {
        let (near, far) = (schedule[at - 2], schedule[at - 15]);
        let s0 = far.rotate_right(7) ^ far.rotate_right(18) ^ (far >> 3);
        let s1 = near.rotate_right(17) ^ near.rotate_right(19) ^ (near >> 10);
        schedule[at] = schedule[at - 16].wrapping_add(s0).wrapping_add(schedule[at - 7]).wrapping_add(s1);
    }

    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (constant, word) in ROUNDS.iter().zip(schedule) {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let first = h.wrapping_add(s1).wrapping_add(choice).wrapping_add(*constant).wrapping_add(word);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(s0).wrapping_add(majority));
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(add);
    }
}

const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        let million = vec![b'a'; 1_000_000];
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        for (bytes, hex) in [
            (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (two_blocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            assert_eq!(digest(bytes).unwrap(), hex);
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same_hash() {
        let bytes: Vec<u8> = (0..700_000_u32).map(|i| ((i * 31) >> 3) as u8).collect();
        let whole = digest(&bytes[..]).unwrap();
        let mut at = 0;
        let dribble = std::iter::from_fn(|| {
            let start = at;
            at = (at + 1 + start % 997).min(bytes.len());
            (start < bytes.len()).then(|| &bytes[start..at])
        });
        assert_eq!(digest(Dribble(dribble)).unwrap(), whole);
    }

    struct Dribble<I>(I);

    impl<'a, I: Iterator<Item = &'a [u8]>> Read for Dribble<I> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let piece = self.0.next().unwrap_or_default();
            into[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }
}
