/// Identifies a job by its request and the database that it reads, not by the host's name: the same database may have another
/// one tomorrow.
struct JobFingerprint {
    let request: CopyRequest

    /// Computes the fingerprint of a new job.
    ///
    /// - Returns: 32 hexadecimal digits.
    func read(_ source: borrowing Session) throws(FerryError) -> String {
        try text(of: CatalogReader().readServer(source))
    }

    /// Whether a job in the ledger has this request and this source, in any format of the fingerprint.
    func isOf(_ job: Ledger.Job, _ source: borrowing Session) throws(FerryError) -> Bool {
        let server = try CatalogReader().readServer(source)
        return job.fingerprint == text(of: server) || job.fingerprint == textOfFormat1(of: server)
    }

    /// What another job was begun with, where this request differs, in an operator's words: `from another source (host:5432/db)`,
    /// `with --existing keep`, `without --create`.
    func differences(from plan: Plan, _ source: ServerInfo) -> [String] {
        func byName(_ fields: [[String]]) -> [String: [String]] {
            Dictionary(fields.map { ($0[0], Array($0.dropFirst())) }) { first, _ in first }
        }
        let (now, then) = (
            byName(fields(of: source)), byName(JobFingerprint(request: plan.request).fields(of: plan.source))
        )
        var words: [String] = []
        if now["system"] != then["system"] || now["database"] != then["database"] {
            words.append("from another source (\(plan.source.endpoint))")
        }
        for (name, option) in Self.options where now[name] != then[name] {
            guard let values = then[name] else {
                words.append("without \(option)")
                continue
            }
            // A list of thousands of bots says nothing, and these sizes are in other units than the options'.
            let isSize = ["chunk-bytes", "maintenance-work-mem"].contains(name)
            let shown = isSize ? [] : values.count > 3 ? values.prefix(3) + ["\u{2026}"] : values[...]
            words.append((["with", option] + shown).joined(separator: " "))
        }
        return words
    }

    /// The options behind the fields.
    private static let options = [
        ("tables", "--table"), ("excluded", "--exclude-table"), ("all", "--all"), ("bot-column", "--bot-column"),
        ("bots", "--bot"), ("existing", "--existing"), ("create", "--create"), ("chunk-bytes", "--chunk-size"),
        ("lists", "--ivfflat-lists"), ("index-method", "--index-method"), ("hnsw-m", "--hnsw-m"),
        ("hnsw-ef-construction", "--hnsw-ef-construction"), ("maintenance-work-mem", "--maintenance-work-mem"),
        ("index-workers", "--index-workers"), ("online", "--online"), ("excluded-bots", "--exclude-bot"),
        ("app-bots", "--bots-table or --bots-scan"), ("convert", "--convert"),
        ("toast-compression", "--toast-compression"),
    ]

    /// The hash of ``fields(of:)``. Each name and value has its length in bytes before it, as in `3:all,`, so that none runs
    /// into the next whatever it holds; a semicolon ends a field.
    func text(of server: ServerInfo) -> String {
        let fields = fields(of: server).map { $0.map { "\($0.utf8.count):\($0)," }.joined() + ";" }
        return TextHash.of(fields.joined())
    }

    /// The fields of the fingerprint: names with their values, in this order. Names and order never change, and a new field
    /// goes to the end. A value at its default adds nothing, so that a new option leaves the fingerprints of unfinished jobs
    /// as they are.
    func fields(of server: ServerInfo) -> [[String]] {
        var fields: [[String]] = []
        func add(_ name: String, _ values: [String]?) {
            if let values { fields.append([name] + values) }
        }
        func add(_ name: String, _ number: Int?) { add(name, number.map { ["\($0)"] }) }
        func add(_ name: String, if isSet: Bool) { add(name, isSet ? [] : nil) }
        let (selection, index) = (request.selection, request.index)

        add("system", server.systemIdentifier.map { [$0] })
        add("database", [server.database])
        add("tables", selection.tables.isEmpty ? nil : selection.tables)
        add("excluded", selection.excluded.isEmpty ? nil : selection.excluded)
        add("all", if: selection.all)
        add("bot-column", selection.botColumn.map { [$0] })
        add("bots", selection.bots)
        add("existing", request.existing == .fail ? nil : [request.existing.rawValue])
        add("create", if: request.create)
        add("chunk-bytes", request.chunkBytes == Chunk.defaultBytes ? nil : request.chunkBytes)
        switch index.lists {
        case .keep: break
        case .auto: add("lists", ["auto"])
        case .fixed(let lists): add("lists", lists)
        }
        add("index-method", index.method == .keep ? nil : [index.method.rawValue])
        add("hnsw-m", index.hnswM)
        add("hnsw-ef-construction", index.hnswEfConstruction)
        add("maintenance-work-mem", index.maintenanceWorkMem)
        add("index-workers", index.workers)
        add("online", if: index.online)
        add("excluded-bots", selection.excludedBots.isEmpty ? nil : selection.excludedBots)
        // The list itself may change between two runs; a job keeps to the one in its plan.
        add("app-bots", if: selection.app != nil)
        add("convert", request.conversions.isEmpty ? nil : request.conversions.map(\.text))
        add("toast-compression", request.toastCompression == .auto ? nil : [request.toastCompression.rawValue])
        return fields
    }
}
