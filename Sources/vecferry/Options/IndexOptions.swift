public import ArgumentParser
public import Ferry

/// The options of vector index builds, for plan, copy and index.
struct IndexOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Access method of the vector indexes; keep builds each as it is defined.", valueName: "method"))
    var indexMethod = IndexRequest.Method.keep

    @Option(
        help: ArgumentHelp(
            "Lists of ivfflat indexes: keep the definition's, auto for the number that pgvector recommends for the rows, "
                + "or a number.",
            valueName: "keep|auto|number"))
    var ivfflatLists = IndexRequest.Lists.keep

    @Option(help: ArgumentHelp("m of hnsw indexes, 2 to 100. (default: the definition's)", valueName: "number"))
    var hnswM: Int?

    @Option(
        help: ArgumentHelp(
            "ef_construction of hnsw indexes, 4 to 1000. (default: the definition's)", valueName: "number"))
    var hnswEfConstruction: Int?

    @Option(
        help: ArgumentHelp(
            "Memory for one index build, in PostgreSQL's units: 512MB, 2GB. (default: what the build needs, within the "
                + "server's limits)",
            valueName: "size"))
    var maintenanceWorkMem: MemorySize?

    @Option(
        help: ArgumentHelp(
            "Parallel workers for one index build, 0 to 64. (default: as many as the server's limits allow)",
            valueName: "number"))
    var indexWorkers: Int?

    @Flag(help: "Build with CONCURRENTLY, for a target that is in use.")
    var online = false

    /// Refuses values that pgvector or PostgreSQL would refuse, and options that exclude each other.
    func validate() throws {
        // The ranges are pgvector's (README, "Index Options"; HNSW_MAX_M and similar macros in src/hnsw.h).
        if case .fixed(let lists) = ivfflatLists { try Limits.check(lists, in: 1...32_768, "--ivfflat-lists") }
        if let hnswM { try Limits.check(hnswM, in: 2...100, "--hnsw-m") }
        if let hnswEfConstruction {
            try Limits.check(hnswEfConstruction, in: 4...1000, "--hnsw-ef-construction")
            if let hnswM, hnswEfConstruction < 2 * hnswM {
                throw ValidationError(
                    "--hnsw-ef-construction is \(hnswEfConstruction); pgvector requires at least twice --hnsw-m, "
                        + "\(2 * hnswM).")
            }
        }
        if let indexWorkers { try Limits.check(indexWorkers, in: 0...64, "--index-workers") }
        if indexMethod == .hnsw, ivfflatLists != .keep {
            throw ValidationError("--ivfflat-lists has no effect with --index-method hnsw; leave out one of them.")
        }
        if indexMethod == .ivfflat, hnswM != nil || hnswEfConstruction != nil {
            throw ValidationError("--hnsw-m and --hnsw-ef-construction have no effect with --index-method ivfflat.")
        }
    }

    /// The engine's form of the options.
    var request: IndexRequest {
        var request = IndexRequest()
        request.lists = ivfflatLists
        request.method = indexMethod
        request.hnswM = hnswM
        request.hnswEfConstruction = hnswEfConstruction
        request.maintenanceWorkMem = maintenanceWorkMem?.bytes
        request.workers = indexWorkers
        request.online = online
        return request
    }
}

extension IndexRequest.Method: ExpressibleByArgument {}

extension IndexRequest.Lists: ExpressibleByArgument {
    /// Reads `keep`, `auto` or a number; the number's range is checked with the other options.
    public init?(argument: String) {
        switch argument {
        case "keep": self = .keep
        case "auto": self = .auto
        default:
            guard let lists = Int(argument) else { return nil }
            self = .fixed(lists)
        }
    }

    /// The value as an operator would give it.
    public var defaultValueDescription: String {
        switch self {
        case .keep: "keep"
        case .auto: "auto"
        case .fixed(let lists): "\(lists)"
        }
    }
}

/// An amount of memory in the form of PostgreSQL's settings: `64MB`, `1.5GB`; a number alone counts kB
/// (PostgreSQL documentation, "Parameter Names and Values").
struct MemorySize: ExpressibleByArgument, Equatable {
    /// The amount in bytes.
    var bytes: Int

    private static let units = [
        "b": 1.0, "kb": 1024.0, "mb": 1_048_576.0, "gb": 1_073_741_824.0, "tb": 1_099_511_627_776.0,
    ]
    /// The range of `maintenance_work_mem` on a 64-bit server: 1 MB to 2 TB (src/backend/utils/misc/guc_tables.c).
    private static let range = 1_048_576.0...Double(Int32.max) * 1024

    /// Creates an amount without checking it.
    init(bytes: Int) { self.bytes = bytes }

    /// Reads an amount; nil if the text is not one, or PostgreSQL would refuse it.
    init?(argument: String) {
        let text = argument.filter { $0 != " " }.lowercased()
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count)
        guard let number = Double(digits), let factor = Self.units[unit.isEmpty ? "kb" : String(unit)],
            Self.range.contains(number * factor)
        else { return nil }
        bytes = Int(number * factor)
    }
}
