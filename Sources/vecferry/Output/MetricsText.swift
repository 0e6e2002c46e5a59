import Ferry

/// What `--metrics-file` writes: the state of the work in Prometheus' text format, for the textfile collector of node_exporter.
struct MetricsText {
    /// The command's name.
    let command: String
    /// The state of the work.
    let board: ProgressBoard
    /// Retries by side; `""` for those that concern neither.
    let retries: [String: Int]
    /// How the command ended; nil while it runs.
    let outcome: String?
    /// Seconds since 1970.
    let time: Double

    /// The file's text.
    var text: String {
        var lines: [String] = []
        func metric(
            _ name: String, _ type: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]
        ) {
            guard !samples.isEmpty else { return }
            lines.append("# HELP vecferry_\(name) \(help)")
            lines.append("# TYPE vecferry_\(name) \(type)")
            for (labels, value) in samples {
                let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
                lines.append("vecferry_\(name)\(list.isEmpty ? "" : "{\(list)}") \(Self.number(value))")
            }
        }
        metric(
            "info", "gauge", "The vecferry that runs, and the command.",
            [([("version", Engine.version), ("command", command)], 1)])
        let tables = board.tables
        metric(
            "rows_total", "counter", "Rows that this run copied, by table.",
            tables.map { ([("table", $0.name)], Double($0.movedRows)) })
        metric(
            "bytes_total", "counter", "Bytes of COPY data that this run moved, by table.",
            tables.map { ([("table", $0.name)], Double($0.moved.total)) })
        metric(
            "read_back_bytes_total", "counter", "Bytes of COPY data that this run read back, by table.",
            tables.map { ([("table", $0.name)], Double($0.readBack.total)) })
        if board.allChunks > 0 {
            metric("chunks", "gauge", "Chunks of the job.", [([], Double(board.allChunks))])
            metric(
                "chunks_left", "gauge", "Chunks that are not committed.",
                [([], Double(max(0, board.allChunks - board.doneChunks)))])
        }
        if board.allIndexes > 0 {
            metric(
                "indexes_left", "gauge", "Indexes that are not built.",
                [([], Double(max(0, board.allIndexes - board.builtIndexes)))])
        }
        metric(
            "index_build_progress_ratio", "gauge", "The share of a running index build that is done.",
            board.builds.compactMap { build in
                build.fraction.map { ([("index", build.index.description)], $0) }
            })
        if let share = board.scannedShare {
            metric("compared_ratio", "gauge", "The share of both sides that is compared.", [([], share)])
        }
        metric(
            "retries_total", "counter", "Retries after a transient fault, by side.",
            ["source", "target"].map { ([("side", $0)], Double(retries[$0] ?? 0)) })
        metric(
            "server_unreachable", "gauge", "Whether a server can't be reached.",
            Side.allCases.map { side in
                ([("side", side.rawValue)], board.outages.all.contains { $0.side == side } ? 1 : 0)
            })
        metric(
            "running", "gauge", "Whether the command runs.", [([], outcome == nil ? 1 : 0)])
        metric("outcome", "gauge", "How the command ended.", outcome.map { [([("outcome", $0)], 1)] } ?? [])
        metric("updated_timestamp_seconds", "gauge", "When this file was written.", [([], time)])
        return lines.joined(separator: "\n") + "\n"
    }

    /// A label's value: backslashes, quotes and line breaks are escaped (Prometheus, "Exposition formats").
    static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
