/// A process that shares a job, as stored in the ledger.
struct StoredWorker: StoredDocument, Equatable {
    /// A table that it could not finish.
    struct Failure: Codable, Sendable, Equatable {
        var pair: Int
        var message: String
        var hint: String?
    }

    var format: Int?
    var vecferry: String?
    var host: String
    var process: Int
    var streams: Int
    var isCoordinator: Bool
    var failures: [Failure] = []

    /// A process of this program.
    init(host: String, process: Int, streams: Int, isCoordinator: Bool) {
        format = Ledger.format
        vecferry = Engine.version
        self.host = host
        self.process = process
        self.streams = streams
        self.isCoordinator = isCoordinator
    }
}

extension StoredWorker.Failure {
    /// The error of a pair's chunk.
    init(_ pair: PairNumber, _ error: FerryError) {
        self.init(pair: pair.value, message: error.message, hint: error.hint)
    }
}
