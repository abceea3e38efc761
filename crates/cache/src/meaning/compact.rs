//! A vector in few bytes.

use deskscribe_protocol::Summary;

/// The largest number of a vector that is kept, …
const LARGEST: f32 = 127.0;
/// … and of one that is asked for: finer, as there is only one; and a sum of so many products still fits into 32 bits.
const LARGEST_ASKED: f32 = 2047.0;

/// A vector as it is stored; nothing of one that is empty, too long, or has no direction.
pub(crate) fn compact(vector: &[f32]) -> Option<Vec<u8>> {
    let scaled = scaled(vector, LARGEST)?;
    Some(scaled.map(|number| (number as i8).cast_unsigned()).collect())
}

/// The numbers of a vector as whole ones, of which the largest is this.
fn scaled(vector: &[f32], largest: f32) -> Option<impl Iterator<Item = f32>> {
    let length = vector.len();
    let most = vector.iter().fold(0.0, |most: f32, number| most.max(number.abs()));
    let is_one = (1..=Summary::LONGEST_VECTOR).contains(&length)
        && most > 0.0
        && vector.iter().all(|number| number.is_finite());
    // Divided first: the factor of a tiny number is none.
    is_one.then(|| vector.iter().map(move |number| (number / most * largest).round()))
}

/// Its length, as it is stored.
pub(super) fn length(vector: &[i8]) -> f32 {
    (vector.iter().map(|&number| i32::from(number).pow(2)).sum::<i32>() as f32).sqrt()
}

/// A direction that is asked for.
pub(crate) struct Direction {
    numbers: Vec<i16>,
    length: f32,
}

impl Direction {
    /// Nothing of what is none.
    pub(crate) fn of(vector: &[f32]) -> Option<Self> {
        let numbers: Vec<i16> = scaled(vector, LARGEST_ASKED)?.map(|number| number as i16).collect();
        let length = numbers.iter().map(|&number| f32::from(number).powi(2)).sum::<f32>().sqrt();
        Some(Self { numbers, length })
    }

    /// That of a vector that is stored.
    pub(super) fn stored(vector: &[i8]) -> Option<Self> {
        Self::of(&vector.iter().map(|&number| f32::from(number)).collect::<Vec<_>>())
    }

    /// How many numbers it has.
    pub(super) fn dimensions(&self) -> usize {
        self.numbers.len()
    }

    /// The cosine of the angle to a stored vector of this length and as many numbers.
    pub(super) fn cosine(&self, vector: &[i8], length: f32) -> f32 {
        let pairs = self.numbers.iter().zip(vector);
        let product: i32 = pairs.map(|(&one, &other)| i32::from(one) * i32::from(other)).sum();
        product as f32 / (self.length * length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(vector: &[f32]) -> Vec<i8> {
        compact(vector).unwrap().into_iter().map(u8::cast_signed).collect()
    }

    #[test]
    fn what_has_no_direction_is_no_vector() {
        for vector in
            [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY], &[1.0; Summary::LONGEST_VECTOR + 1]]
        {
            assert_eq!(compact(vector), None, "{}", vector.len());
        }
        assert_eq!(bytes(&[0.5, -1.0, 0.0]), [64, -127, 0]);
        assert_eq!(bytes(&[f32::MIN_POSITIVE, 0.0]), [127, 0]);
        assert_eq!(bytes(&[f32::MAX, f32::MIN]), [127, -127]);
    }

    #[test]
    fn the_longest_vectors_that_are_most_alike_do_not_overflow() {
        let vector = vec![-1.0; Summary::LONGEST_VECTOR];
        let stored = bytes(&vector);
        let cosine = Direction::of(&vector).unwrap().cosine(&stored, length(&stored));
        assert!((cosine - 1.0).abs() < 1e-4, "{cosine}");
    }

    proptest! {
        /// Of vectors as long as those of models.
        #[test]
        fn little_is_lost(
            one in proptest::collection::vec(-1.0_f32..1.0, 256),
            other in proptest::collection::vec(-1.0_f32..1.0, 256),
        ) {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            let truth = dot(&one, &other) / (dot(&one, &one) * dot(&other, &other)).sqrt();
            let stored = bytes(&other);
            let cosine = Direction::of(&one).unwrap().cosine(&stored, length(&stored));
            prop_assert!((f64::from(cosine) - truth).abs() < 0.004, "{cosine} {truth}");
        }
    }
}
