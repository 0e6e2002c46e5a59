import Foundation
import Testing

/// Compares messages with a file of `Golden/`, one a line. `VECFERRY_GOLDEN=write` writes the files instead; read the
/// difference then.
enum MessageGolden {
    static func expect(
        _ lines: [String], _ name: String, location: SourceLocation = #_sourceLocation
    ) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
        let file = folder.appending(path: "\(name).txt")
        let text = lines.map { $0 + "\n" }.joined()
        if ProcessInfo.processInfo.environment["VECFERRY_GOLDEN"] == "write" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text == expected, "Golden/\(name).txt", sourceLocation: location)
    }
}
