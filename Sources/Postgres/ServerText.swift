/// A text that a server sent beside its rows: a message, or a part of one.
public enum ServerText {
    /// The most bytes that are kept of a text. PostgreSQL's own messages are far shorter; a function may raise one of a
    /// gigabyte.
    static let most = 4_096

    /// Returns the text, cut in the same way, of a program that repeats what a server sent.
    public static func cut(_ text: some StringProtocol) -> String {
        var text = String(text)
        return text.withUTF8 { bytes in
            let zeroTerminated = [UInt8](bytes.prefix(most + 1)) + [0]
            return zeroTerminated.withUnsafeBytes { copy($0.assumingMemoryBound(to: CChar.self).baseAddress!) }
        }
    }

    /// Copies a C string, cut after ``most`` bytes at the beginning of a character.
    static func copy(_ pointer: UnsafePointer<CChar>) -> String {
        let bytes = UnsafeBufferPointer(start: pointer, count: most + 1)
        // Reads up to the terminating zero only.
        guard let length = bytes.firstIndex(of: 0) else {
            var end = most
            while end > most - 4, UInt8(bitPattern: bytes[end]) & 0xc0 == 0x80 { end -= 1 }
            return text(bytes[..<end]) + "\u{2026}"
        }
        return text(bytes[..<length])
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<CChar>>) -> String {
        String(decoding: bytes.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
