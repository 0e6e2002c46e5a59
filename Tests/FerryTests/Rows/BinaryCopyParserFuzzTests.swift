import Foundation
import Testing

@testable import Ferry

/// A hostile source can send anything. None of it may be read out of bounds: `scripts/fuzz` runs this under the address
/// sanitizer.
@Suite struct BinaryCopyParserFuzzTests {
    private static let signature: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]

    private static var header: [UInt8] {
        var bytes = signature
        bytes += Self.bytes(Int32(0))
        bytes += Self.bytes(Int32(0))
        return bytes
    }

    /// How long each of these goes on; the environment's `VECFERRY_FUZZ_SECONDS` wins.
    private static let seconds: Double =
        ProcessInfo.processInfo.environment["VECFERRY_FUZZ_SECONDS"].flatMap(Double.init) ?? 1

    @Test func `random bytes are refused or parsed within their bounds`() {
        var random = SystemRandomNumberGenerator()
        Self.repeatedly {
            var bytes = (0..<Int.random(in: 0...300)).map { _ in UInt8.random(in: 0...255, using: &random) }
            if Bool.random() { bytes = Self.header + bytes }
            Self.parse([bytes])
        }
    }

    @Test func `bit flips and truncations of valid streams are refused or parsed within their bounds`() {
        Self.repeatedly {
            var messages = Self.stream(rows: Int.random(in: 0...5), fields: 3)
            for _ in 0..<Int.random(in: 0...4) {
                let message = Int.random(in: 0..<messages.count)
                guard !messages[message].isEmpty else { continue }
                let position = Int.random(in: 0..<messages[message].count)
                if Bool.random() {
                    messages[message][position] ^= 1 << UInt8.random(in: 0...7)
                } else {
                    messages[message].removeSubrange(position...)
                }
            }
            Self.parse(messages)
        }
    }

    private static let extremes: [Int32] = [
        2_147_483_647, 2_147_483_646, 2_147_483_640, -2_147_483_648, -2_147_483_647, -2, -3, 1_073_741_824, 65_536, 9,
    ]

    /// Lengths near the ends of an Int32, where sums overflow.
    @Test(arguments: extremes)
    func `a length beyond the message is refused`(length: Int32) {
        let tail: [UInt8] = [1, 2, 3, 4]
        var row = Self.header
        row += Self.bytes(Int16(1))
        row += Self.bytes(length)
        row += tail
        let expected: BinaryCopyParser.Malformed = length < 0 ? .fieldLength : .truncated
        let found = Self.parse([row])
        #expect(found == expected)
        // The header's extension has a length too.
        var extended = Self.signature
        extended += Self.bytes(Int32(0))
        extended += Self.bytes(length)
        extended += tail
        let foundInHeader = Self.parse([extended])
        #expect(foundInHeader == .truncated)
    }

    @Test(arguments: [32_767, -32_768, -2, 0, 4] as [Int16])
    func `another number of fields is refused`(fields: Int16) {
        var message = Self.header
        message += Self.bytes(fields)
        let found = Self.parse([message])
        #expect(found == .fieldCount(Int(fields)))
    }

    @Test func `a valid stream is parsed whole`() {
        var rows = 0
        var parser = BinaryCopyParser(fieldCount: 3)
        for message in Self.stream(rows: 40, fields: 3) {
            try? parser.parse(message.span.bytes) { row in
                rows += 1
                #expect(row.byteCount >= 2 + 3 * 4)
            }
        }
        #expect(rows == 40)
        #expect(parser.isComplete)
    }

    // MARK: Streams

    /// Parses copies of just the messages' size, so that a byte too far is a byte too far.
    @discardableResult
    private static func parse(_ messages: [[UInt8]]) -> BinaryCopyParser.Malformed? {
        var parser = BinaryCopyParser(fieldCount: 3)
        if messages.count == 1 { parser = BinaryCopyParser(fieldCount: 1) }
        for message in messages {
            let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: message.count, alignment: 1)
            defer { exact.deallocate() }
            exact.copyBytes(from: message)
            var sum = 0
            do throws(BinaryCopyParser.Malformed) {
                let span = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(exact))
                try parser.parse(span) { row in
                    for position in 0..<row.byteCount {
                        sum += Int(row.unsafeLoad(fromByteOffset: position, as: UInt8.self))
                    }
                }
            } catch {
                return error
            }
            #expect(sum >= 0)
        }
        return nil
    }

    private static func stream(rows: Int, fields: Int) -> [[UInt8]] {
        var messages: [[UInt8]] = [header]
        for row in 0..<rows {
            var message = bytes(Int16(fields))
            for field in 0..<fields {
                let isNull = (row + field) % 5 == 0
                let length = isNull ? 0 : Int.random(in: 0...40)
                message += bytes(isNull ? Int32(-1) : Int32(length))
                message += [UInt8](repeating: UInt8(field), count: length)
            }
            if row == 0 { messages[0] += message } else { messages.append(message) }
        }
        return messages + [bytes(Int16(-1))]
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func repeatedly(_ body: () -> Void) {
        let end = ContinuousClock.now + .seconds(seconds)
        repeat { for _ in 0..<200 { body() } } while ContinuousClock.now < end
    }
}
