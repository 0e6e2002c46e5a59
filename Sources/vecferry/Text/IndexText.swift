import Ferry

/// One index of a plan: the action and its reason, then the memory and workers of the build.
struct IndexText {
    /// The index.
    let index: IndexPlan
    /// Whether the rows are already in the table, so that no load comes before the build.
    var isInPlace = false

    /// The action and its reason, then a line for each detail.
    var lines: [Line] {
        var lines: [Line] = ["\("index", .label) \(index.name.name): \(kind); \(action), because \(index.reason)"]
        if let build { lines.append("  \(build)") }
        if let previous = index.previousDefinition { lines.append("  was: \(previous)") }
        // The source's text, which runs with the operator's rights.
        if index.action == .create, let statement = index.builds.first?.statements.first {
            lines.append("  as: \(statement)")
        }
        for leftover in index.leftovers { lines.append("  dropped: \(leftover), left by an interrupted build") }
        return lines
    }

    /// The method, operator class and options: `ivfflat, vector_l2_ops, lists = 100`.
    private var kind: String {
        var parts = [(index.isUnique ? "unique " : "") + index.method]
        if index.isVectorIndex { parts.append(index.operatorClass) }
        parts += index.options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        return parts.joined(separator: ", ")
    }

    private var action: Line {
        let after = isInPlace ? "" : " after the load"
        return switch index.action {
        case .keep: "kept"
        case .rebuild: Line("dropped and rebuilt\(after)", .name)
        case .create: Line("built\(after)", .name)
        case .reindex where index.previousDefinition != nil: Line("kept until a new one replaces it\(after)", .name)
        case .reindex: Line("rebuilt with REINDEX\(after)", .name)
        }
    }

    /// The memory and workers of the build; for a partitioned index, of its largest build.
    private var build: String? {
        guard index.action != .keep, let build = index.builds.max(by: { ($0.memory ?? 0) < ($1.memory ?? 0) }) else {
            return nil
        }
        var parts: [String] = []
        if let memory = build.memory { parts.append("needs \(Units.bytes(memory)) of memory") }
        if let given = build.maintenanceWorkMem {
            parts.append("\(build.memory == nil ? "gets" : "and gets") \(Units.bytes(given)) of maintenance_work_mem")
        }
        var text = parts.joined(separator: " ")
        if let workers = build.workers {
            let workers = workers == 0 ? "no parallel workers" : Units.count(workers, "parallel worker")
            text += text.isEmpty ? workers : ", with \(workers)"
        }
        return text.isEmpty ? nil : text
    }
}
