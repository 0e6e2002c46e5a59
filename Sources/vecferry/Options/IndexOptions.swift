public import ArgumentParser
public import Ferry

/// How vector indexes are built: for plan, copy and index.
struct IndexOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The access method to build vector indexes with: keep, hnsw or ivfflat.", valueName: "method"))
    var indexMethod = IndexRequest.Method.keep

    @Option(
        help: ArgumentHelp(
            "ivfflat's lists: keep the definition's, auto for pgvector's advice for the number of rows, or a number.",
            valueName: "keep|auto|number"))
    var ivfflatLists = IndexRequest.Lists.keep

    @Option(help: ArgumentHelp("hnsw's m, 2 to 100. (default: the definition's)", valueName: "number"))
    var hnswM: Int?

    @Option(
        help: ArgumentHelp("hnsw's ef_construction, 4 to 1000. (default: the definition's)", valueName: "number"))
    var hnswEfConstruction: Int?

    @Option(
        help: ArgumentHelp(
            "Memory for one index build, as PostgreSQL writes it: 512MB, 2GB. (default: what the build needs, within "
                + "what the server can bear)",
            valueName: "size"))
    var maintenanceWorkMem: MemorySize?

    @Option(
        help: ArgumentHelp(
            "Parallel workers for one index build, 0 to 64. (default: what the server can spare)",
            valueName: "number"))
    var indexWorkers: Int?

    @Flag(help: "Build with CONCURRENTLY, beside writers: for a target in use.")
    var online = false

    /// Refuses values that pgvector or PostgreSQL would, and options that exclude each other.
    func validate() throws {
        // The ranges are pgvector's (README, "Index Options"; HNSW_MAX_M and its like in src/hnsw.h).
        if case .fixed(let lists) = ivfflatLists { try Limits.check(lists, in: 1...32_768, "--ivfflat-lists") }
        if let hnswM { try Limits.check(hnswM, in: 2...100, "--hnsw-m") }
        if let hnswEfConstruction {
            try Limits.check(hnswEfConstruction, in: 4...1000, "--hnsw-ef-construction")
            if let hnswM, hnswEfConstruction < 2 * hnswM {
                throw ValidationError(
                    "--hnsw-ef-construction is \(hnswEfConstruction); pgvector wants at least twice --hnsw-m, "
                        + "\(2 * hnswM).")
            }
        }
        if let indexWorkers { try Limits.check(indexWorkers, in: 0...64, "--index-workers") }
        if indexMethod == .hnsw, ivfflatLists != .keep {
            throw ValidationError("--ivfflat-lists does nothing with --index-method hnsw; leave out one of them.")
        }
        if indexMethod == .ivfflat, hnswM != nil || hnswEfConstruction != nil {
            throw ValidationError("--hnsw-m and --hnsw-ef-construction do nothing with --index-method ivfflat.")
        }
    }

    /// The engine's form of it.
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
    /// `keep`, `auto` or a number; its range is checked with the other options.
    public init?(argument: String) {
        switch argument {
        case "keep": self = .keep
        case "auto": self = .auto
        default:
            guard let lists = Int(argument) else { return nil }
            self = .fixed(lists)
        }
    }

    /// As it would be given.
    public var defaultValueDescription: String {
        switch self {
        case .keep: "keep"
        case .auto: "auto"
        case .fixed(let lists): "\(lists)"
        }
    }
}

/// An amount of memory as PostgreSQL writes its settings: `64MB`, `1.5GB`; a bare number counts kB
/// (PostgreSQL documentation, "Parameter Names and Values").
struct MemorySize: ExpressibleByArgument, Equatable {
    /// How many bytes.
    var bytes: Int

    private static let units = [
        "b": 1.0, "kb": 1024.0, "mb": 1_048_576.0, "gb": 1_073_741_824.0, "tb": 1_099_511_627_776.0,
    ]
    /// What `maintenance_work_mem` takes on a 64-bit server: 1 MB to 2 TB (src/backend/utils/misc/guc_tables.c).
    private static let range = 1_048_576.0...Double(Int32.max) * 1024

    /// Of that many bytes, in range or not.
    init(bytes: Int) { self.bytes = bytes }

    /// nil where it is no amount of memory, or one that PostgreSQL does not take.
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
