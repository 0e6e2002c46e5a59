import Foundation
import Testing

/// Compares text with a file of `Golden/`. `VECFERRY_GOLDEN=write` writes the files instead; read the difference then.
enum Golden {
    static func expect(
        _ text: String, _ name: String, type: String = "txt", location: SourceLocation = #_sourceLocation
    ) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).\(type)")
        if ProcessInfo.processInfo.environment["VECFERRY_GOLDEN"] == "write" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text == expected, "Golden/\(name).\(type)", sourceLocation: location)
    }
}
