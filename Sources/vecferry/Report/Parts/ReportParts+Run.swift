import Ferry

/// What happened on the way, and how it ran.
extension ReportParts {
    /// Warnings, and the faults that work was retried after.
    var notes: Section {
        var section = Section(id: "notes", title: "Warnings and retries")
        let notes = (report?.notes ?? plan.notes).filter { $0.level != .info }
        if !notes.isEmpty {
            section.tables.append(
                Table(
                    noun: "note",
                    columns: [
                        .init(title: "Level"), .init(title: "Side"), .init(title: "Table"), .init(title: "What"),
                        .init(title: "What to do"),
                    ],
                    rows: notes.map { note in
                        [
                            Cell(note.level.rawValue, note.level == .blocker ? .bad : .attention),
                            Cell(note.side?.rawValue ?? ""), Cell(note.table?.description ?? ""), Cell(note.message),
                            Cell(note.hint ?? ""),
                        ]
                    }))
        }
        let retries = job.runs.enumerated().flatMap { number, run in
            (run.timeline?.retries ?? []).map { (number + 1, $0) }
        }
        let count = job.runs.reduce(0) { $0 + ($1.timeline?.retryCount ?? 0) }
        if !retries.isEmpty {
            section.tables.append(
                Table(
                    caption: count > retries.count
                        ? "\(Units.count(count, "retry", "retries")), of which the first \(Units.count(retries.count)) \(retries.count == 1 ? "is" : "are") listed"
                        : "Retries",
                    noun: "retry",
                    columns: [
                        .init(title: "Run", isNumber: true), .init(title: "After", isNumber: true),
                        .init(title: "Side"),
                        .init(title: "What"),
                    ],
                    rows: retries.map { run, retry in
                        [
                            Cell(run), Cell(retry.at, Units.duration), Cell(retry.side?.rawValue ?? ""),
                            Cell(retry.message),
                        ]
                    }))
        }
        if section.isEmpty, report != nil { section.paragraphs = ["There were no warnings, and nothing was retried."] }
        return section
    }

    /// What is off on the target, and how to put it back.
    var off: Section {
        var section = Section(id: "off", title: "Still off on the target")
        guard !history.stillOff.isEmpty else { return section }
        section.paragraphs = [
            history.stillOff.map { "\($0.kind) \($0.name) of \($0.table)" }.joined(separator: ", ").capitalizedFirst
                + ". To put back:"
        ]
        section.code = history.stillOff.flatMap { $0.statements.map { "\($0);" } }
        return section
    }

    /// The command, the processes, the servers and the settings.
    var run: Section {
        var section = Section(id: "run", title: "How it ran")
        if let command = job.runs.last(where: { $0.command != nil })?.command { section.code = [command] }
        if !job.runs.isEmpty {
            section.tables.append(
                Table(
                    caption: "Processes", noun: "process",
                    columns: [
                        .init(title: "Host"), .init(title: "Process", isNumber: true), .init(title: "vecferry"),
                        .init(title: "Streams", isNumber: true), .init(title: "Began"), .init(title: "Ended"),
                        .init(title: "Outcome"),
                    ],
                    rows: job.runs.map { run in
                        [
                            Cell(run.host), Cell(text: "\(run.process)", order: Double(run.process)), Cell(run.version),
                            Cell(run.streams), Cell(run.beganAt), Cell(run.endedAt ?? ""), outcome(of: run),
                        ]
                    }))
        }
        section.tables.append(servers)
        section.tables.append(
            Table(
                caption: "Settings", noun: "setting", columns: [.init(title: "Setting"), .init(title: "Value")],
                rows: ReportSettings(request: plan.request, toast: plan.toastMethod).all.map {
                    [Cell($0.name), Cell($0.value)]
                }))
        return section
    }

    private func outcome(of run: JobRun) -> Cell {
        switch run.outcome {
        case .proven?: Cell("proven", .good)
        case .differs?: Cell("differs", .bad)
        case .failed?: Cell(run.error.map { "failed: \($0)" } ?? "failed", .bad)
        case .stopped?: Cell("stopped by a signal", .attention)
        case nil:
            history.state == .running && run == job.runs.last
                ? Cell("running", .attention) : Cell("no end recorded: killed, or lost the target", .bad)
        }
    }

    private var servers: Table {
        let sides = [("source", plan.source), ("target", plan.target)]
        return Table(
            caption: "Servers, when the job began", noun: "server",
            columns: [
                .init(title: "Side"), .init(title: "Address"), .init(title: "PostgreSQL"), .init(title: "pgvector"),
                .init(title: "Role"), .init(title: "Encoding"), .init(title: "shared_buffers", isNumber: true),
                .init(title: "maintenance_work_mem", isNumber: true), .init(title: "max_connections", isNumber: true),
            ],
            rows: sides.map { name, server in
                [
                    Cell(name), Cell(server.endpoint), Cell(server.version + (server.isAurora ? ", Aurora" : "")),
                    Cell(server.vectorVersion.map { "\($0)" } ?? ""), Cell(server.user), Cell(server.encoding),
                    Cell(Double(server.sharedBuffers)) { Units.bytes(Int($0)) },
                    Cell(Double(server.maintenanceWorkMem)) { Units.bytes(Int($0)) }, Cell(server.maxConnections),
                ]
            })
    }
}

/// The options of a copy that are not the default, and those that every copy has, in words.
private struct ReportSettings {
    let request: CopyRequest
    let toast: ToastMethod?

    var all: [(name: String, value: String)] {
        let selection = request.selection
        var all: [(String, String)] = [
            (
                "Tables",
                selection.all
                    ? "all"
                    : selection.tables.isEmpty
                        ? "embedding tables and bot tables" : selection.tables.joined(separator: ", ")
            )
        ]
        if !selection.excluded.isEmpty { all.append(("Left out", selection.excluded.joined(separator: ", "))) }
        if let column = selection.botColumn { all.append(("Bot column", column)) }
        all.append(("Rows that the target has", Self.text(of: request.existing)))
        all.append(("Tables that the target lacks", request.create ? "are created" : "are an error"))
        all.append(("Bytes of a chunk", Units.bytes(request.chunkBytes)))
        all.append(("Compression of long values", toast?.rawValue ?? "as the target is set"))
        for conversion in request.conversions { all.append(("Converted", "\(conversion)")) }
        let index = request.index
        if index.method != .keep { all.append(("Index method", index.method.rawValue)) }
        switch index.lists {
        case .keep: break
        case .auto: all.append(("Lists of ivfflat", "as pgvector recommends"))
        case .fixed(let count): all.append(("Lists of ivfflat", Units.count(count)))
        }
        if let m = index.hnswM { all.append(("m of hnsw", Units.count(m))) }
        if let width = index.hnswEfConstruction { all.append(("ef_construction of hnsw", Units.count(width))) }
        if let memory = index.maintenanceWorkMem {
            all.append(("maintenance_work_mem of a build", Units.bytes(memory)))
        }
        if let workers = index.workers { all.append(("Parallel workers of a build", Units.count(workers))) }
        if index.online { all.append(("Builds", "with CONCURRENTLY")) }
        return all
    }

    private static func text(of existing: ExistingRows) -> String {
        switch existing {
        case .fail: "are an error"
        case .keep: "are kept"
        case .replace: "are replaced"
        case .truncate: "are removed first"
        }
    }
}
