import Foundation

/// A page in headless Chromium.
public struct Browser {
    /// What a page is like.
    public struct Findings: Decodable, Sendable {
        /// Errors of scripts, of the console, and of what the page's policy forbids.
        public var errors: [String]
        /// The width that is shown, and that of what there is to show.
        public var width: Int, contentWidth: Int
        /// Texts whose contrast is below that of WCAG 2.2, level AA (success criterion 1.4.3).
        public var faint: [String]
        /// Controls without a name, and images without a text.
        public var nameless: [String]
        /// The first cells of each table's first column, as the page begins; after its second heading was pressed; after it was pressed
        /// again; and after a search for `2`.
        public var begun: [[String]], sorted: [[String]], reversed: [[String]], searched: [[String]]
        /// The rows of each table that are shown, as the page begins and after all were asked for.
        public var few: [Int], all: [Int]
        /// The milliseconds until the page was laid out.
        public var milliseconds: Double
    }

    /// What the probe writes.
    private struct Answer: Decodable { var findings: Findings? }

    /// Opens a page and looks at it. Waits on a thread of its own.
    ///
    /// - Parameter dark: Whether the reader prefers dark pages.
    public static func open(
        width: Int, dark: Bool, _ html: @Sendable () throws -> String
    ) async throws -> Findings {
        try await withTaskExecutorPreference(OwnThread()) { () async throws in
            try look(at: try html(), width: width, dark: dark)
        }
    }

    private static func look(at html: String, width: Int, dark: Bool) throws -> Findings {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-page-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // A window is at least 500 pixels wide; a frame is not.
        let probe = try String(contentsOf: file("probe.js"), encoding: .utf8)
        let page = html.replacing("<head>", with: "<head><script>\(probe)</script>", maxReplacements: 1)
        try Data(page.utf8).write(to: folder.appending(path: "page.html"))
        let frame = """
            <!DOCTYPE html><meta name="color-scheme" content="light dark"><body style="margin:0"><pre></pre>
            <iframe src="page.html" width="\(width)" height="900" style="border:0"></iframe>
            """
        try Data(frame.utf8).write(to: folder.appending(path: "frame.html"))
        let answer = try Command.run(
            "/usr/bin/env",
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.path)/profile",
                "--window-size=1600,1000", "--allow-file-access-from-files",
            ] + (dark ? ["--blink-settings=preferredColorScheme=0"] : []) + [
                "--dump-dom", "file://\(folder.path)/frame.html",
            ])
        guard let text = answer.output.firstMatch(of: #/<pre>(.*?)<\/pre>/#.dotMatchesNewlines())?.1 else {
            throw BrowserError(said: answer.said)
        }
        let json = text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        guard let findings = try? JSONDecoder().decode(Answer.self, from: Data(json.utf8)).findings else {
            throw BrowserError(said: "\(json) \(answer.said)")
        }
        return findings
    }

    private static func file(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
    }
}

/// Chromium did not open a page.
public struct BrowserError: Error, CustomStringConvertible {
    let said: String
    public var description: String { "Chromium did not show the page: \(said)" }
}
