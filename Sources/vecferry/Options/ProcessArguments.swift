import Postgres

/// Hides passwords from `ps`.
///
/// An operator may put a URI with a password on the command line. The process list shows it until this runs, which
/// can't be prevented, but not afterwards.
enum ProcessArguments {
    /// Overwrites each argument that holds a secret, in the memory that `/proc/self/cmdline` shows.
    ///
    /// Swift's `CommandLine.unsafeArgv` is a copy on Linux, so the address is read from `/proc/self/stat`.
    static func hideSecrets() {
        #if os(Linux)
            // Swift copies the arguments when they are first read, which must be before they are overwritten.
            _ = CommandLine.arguments
            guard case .bytes(let stat) = Machine.read("/proc/self/stat", limit: 64 << 10),
                let place = argumentsPlace(String(decoding: stat, as: UTF8.self)),
                let start = UnsafeMutableRawPointer(bitPattern: place.lowerBound)
            else { return }
            let memory = UnsafeMutableRawBufferPointer(start: start, count: place.count)
            for range in secretRanges(Array(memory)) {
                for position in range { memory[position] = UInt8(ascii: "x") }
            }
        #endif
    }

    /// Returns `arg_start` and `arg_end`, the 48th and 49th fields (proc(5), "/proc/pid/stat"); nil where the kernel
    /// hides them.
    static func argumentsPlace(_ stat: String) -> Range<UInt>? {
        // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 46, let first = UInt(fields[45]), let last = UInt(fields[46]), first > 0, first < last
        else { return nil }
        return first..<last
    }

    /// The ranges of bytes to overwrite in the arguments, each of which ends in a NUL. Lengths do not change.
    static func secretRanges(_ bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        var option: String?
        for argument in bytes.split(separator: 0, omittingEmptySubsequences: false) {
            let text = String(decoding: argument, as: UTF8.self)
            if let value = secretValue(text, after: option) {
                ranges.append((start + argument.count - value.utf8.count)..<(start + argument.count))
            }
            start += argument.count + 1
            option = text
        }
        return ranges
    }

    /// The parts of the arguments that no message may repeat: the values themselves, and the passwords in them.
    static func secretParts(_ arguments: [String]) -> [String] {
        zip(arguments, [nil] + arguments).flatMap { argument, option -> [String] in
            guard let value = secretValue(argument, after: option) else { return [] }
            let passwords = (try? ConnectionParameters(parsing: String(value)))?.secrets ?? []
            // A slip of a few letters would be found in every sentence.
            return (value.utf8.count > 3 ? [String(value)] : []) + passwords.filter { !$0.isEmpty }
        }
    }

    /// The value in `--name=value`, or the whole argument, where that may hold a password: a URI with one before its
    /// host, any mention of a password, or an address that is none. It need not be a string that libpq can parse, because operators
    /// mistype.
    ///
    /// - Parameter option: The argument before it.
    private static func secretValue(_ argument: String, after option: String?) -> Substring? {
        var (name, value) = (option ?? "", argument[...])
        if argument.hasPrefix("--") {
            guard let equals = argument.firstIndex(of: "=") else { return nil }
            name = String(argument[..<equals])
            value = argument[argument.index(after: equals)...]
        }
        if let scheme = value.firstRange(of: "://"), let at = value.lastIndex(of: "@"), scheme.upperBound < at,
            value[scheme.upperBound..<at].contains(":")
        {
            return value
        }
        // A slip: the password alone where the address belongs.
        if ["--source", "--target"].contains(name), !value.contains("://"), !value.contains("="), !value.hasPrefix("@")
        {
            return value.isEmpty ? nil : value
        }
        return value.lowercased().contains("password") ? value : nil
    }
}
