/// Rounds single precision to half precision as pgvector casts `vector` to `halfvec` (halfutils.h, Float4ToHalf): to the nearest
/// value, and of two equally near ones to that whose last bit is 0. The source's pgvector may be older than `halfvec` (0.7.0), so
/// that no server there could do it.
enum HalfPrecision {
    /// The least magnitude that has no value in half precision: it lies in the middle between the greatest one, 65,504, and the next
    /// power of two. pgvector refuses it.
    static let limit: Float = 65_520

    /// The bits of `limit`: greater magnitudes have greater bits.
    static let limitBits = limit.bitPattern

    /// The least magnitude with a full mantissa, 2^-14.
    private static let leastNormal: UInt32 = 0x3880_0000

    /// Rounds one element.
    ///
    /// - Parameter bits: The bits of a finite number below ``limit`` in magnitude.
    /// - Returns: The bits of the rounded number.
    @inline(__always)
    static func round(_ bits: UInt32) -> UInt16 {
        let magnitude = bits & 0x7FFF_FFFF
        // 13 bits of the mantissa go: half of what they are worth is added first, less where the tie goes to the even number below. The
        // exponent's bias changes from 127 to 15.
        let even = (magnitude >> 13) & 1
        let normal = (magnitude &+ 0xFFF &+ even &- (112 << 23)) >> 13
        // Beside 0.5, the processor itself rounds to multiples of 2^-24, which is the step of half precision's smallest numbers.
        let small = (Float(bitPattern: magnitude) + 0.5).bitPattern &- Float(0.5).bitPattern
        let rounded = magnitude < leastNormal ? small : normal
        return UInt16(truncatingIfNeeded: rounded | (bits >> 16) & 0x8000)
    }
}
