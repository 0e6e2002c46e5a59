import Ferry

/// One index of a plan: what happens to it and why, then what its build needs and gets.
struct IndexText {
    let index: IndexPlan
    /// Whether the rows are there already, so that no load comes before the build.
    let isInPlace: Bool
    let style: Style

    /// - Parameter isInPlace: Whether the table keeps its rows, so that nothing is said of a load.
    init(_ index: IndexPlan, isInPlace: Bool = false, style: Style = .plain) {
        self.index = index
        self.isInPlace = isInPlace
        self.style = style
    }

    /// What happens to it, and why.
    var lines: [String] {
        let name = "\(style.dim("index")) \(index.name.name.shown)"
        var lines = ["\(name): \(kind); \(action), since \(index.reason.shown)"]
        if let build { lines.append("  \(build)") }
        if let previous = index.previousDefinition { lines.append("  it was: \(previous.shown)") }
        for leftover in index.leftovers { lines.append("  dropped: \(leftover.shown), left by a killed build") }
        return lines
    }

    /// `ivfflat, vector_l2_ops, lists = 100`
    private var kind: String {
        var parts = [(index.isUnique ? "unique " : "") + index.method]
        if index.isVectorIndex { parts.append(index.operatorClass) }
        parts += index.options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        return parts.joined(separator: ", ").shown
    }

    private var action: String {
        let after = isInPlace ? "" : " after the load"
        return switch index.action {
        case .keep: "kept"
        case .rebuild: style.bold("dropped and rebuilt\(after)")
        case .create: style.bold("built\(after)")
        case .reindex where index.previousDefinition != nil: style.bold("kept until a new one takes its place\(after)")
        case .reindex: style.bold("kept, with REINDEX\(after)")
        }
    }

    /// Of a partitioned index, the largest of its builds.
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
