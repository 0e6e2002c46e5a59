import Ferry

/// The JSON of `status`.
struct StatusDocument: Encodable {
    /// Who works on the target now.
    struct Holder: Encodable {
        let command: String?
        let backend: Int
        let user: String?
        let client: String?
        let silenceSeconds: Double?
    }

    /// How far the newest job is.
    struct Job: Encodable {
        let job: Int
        let state: String
        let source: String
        let beganAt: String
        let endedAt: String?
        let doneChunks: Int
        let chunks: Int
        let rows: Int
        let estimatedRows: Int?
        /// Bytes of heap and TOAST on the source.
        let doneBytes: Int
        let bytes: Int
        let bytesPerSecond: Double?
        /// Until all rows are committed.
        let secondsLeft: Double?
        let builtIndexes: Int
        let indexes: Int
        let tables: [Table]
        let runs: [Run]
        let workers: [Worker]
    }

    /// A process that shares the job.
    struct Worker: Encodable {
        let worker: Int
        let host: String
        let process: Int
        let version: String
        let streams: Int
        let isCoordinator: Bool
        let state: String
        let joinedAt: String
        let silenceSeconds: Double
        let chunks: Int
        /// Bytes of COPY data.
        let bytes: Int
        /// Chunks that it has claimed and not committed.
        let heldChunks: Int
    }

    /// An index build that is under way.
    struct Build: Encodable {
        let relation: NameDocument
        let index: String?
        let phase: String
        let fraction: Double?
        let seconds: Double
    }

    /// How far one table is.
    struct Table: Encodable {
        let name: NameDocument
        let doneChunks: Int
        let chunks: Int
        let rows: Int
        let estimatedRows: Int?
        let bytes: Int
        let error: String?
    }

    /// A process that worked on the job.
    struct Run: Encodable {
        let host: String
        let process: Int
        let version: String
        let streams: Int
        let beganAt: String
        let endedAt: String?
        let seconds: Double
        let outcome: String?
        let error: String?
        let failures: [Failure]
    }

    /// A table that a process could not finish.
    struct Failure: Encodable {
        let table: NameDocument
        let error: String
    }

    /// Another job.
    struct Summary: Encodable {
        let job: Int
        let state: String
        let beganAt: String
        let endedAt: String?
    }

    let target: String
    let holder: Holder?
    let job: Job?
    let builds: [Build]
    /// All jobs, the newest first.
    let jobs: [Summary]
    let stillOff: [StillOffDocument]
    /// The tables that `tune --apply` has changed.
    let tuned: [NameDocument]

    init(_ report: StatusReport) {
        target = report.target
        holder = report.holder.map {
            Holder(
                command: $0.command?.rawValue, backend: $0.backend, user: $0.user, client: $0.client,
                silenceSeconds: $0.silence)
        }
        job = report.job.map(Job.init)
        builds = report.builds.map {
            Build(
                relation: NameDocument($0.relation), index: $0.index, phase: $0.phase, fraction: $0.fraction,
                seconds: $0.seconds)
        }
        jobs = report.jobs.map {
            Summary(
                job: $0.number.value, state: $0.state.rawValue, beganAt: ISOTime.of($0.beganAt),
                endedAt: $0.endedAt.map(ISOTime.of))
        }
        stillOff = report.stillOff.map(StillOffDocument.init)
        tuned = report.tuned.map(NameDocument.init)
    }
}

extension StatusDocument.Job {
    init(_ status: JobStatus) {
        job = status.summary.number.value
        state = status.summary.state.rawValue
        source = status.source
        beganAt = ISOTime.of(status.summary.beganAt)
        endedAt = status.summary.endedAt.map(ISOTime.of)
        doneChunks = status.doneChunks
        chunks = status.allChunks
        rows = status.report?.rows ?? status.rows
        estimatedRows = status.estimatedRows
        doneBytes = Int(status.doneBytes)
        bytes = status.allBytes
        bytesPerSecond = status.bytesPerSecond
        secondsLeft = status.secondsLeft
        builtIndexes = status.builtIndexes
        indexes = status.allIndexes
        tables = status.tables.map {
            StatusDocument.Table(
                name: NameDocument($0.name), doneChunks: $0.doneChunks, chunks: $0.allChunks, rows: $0.rows,
                estimatedRows: $0.estimatedRows, bytes: $0.bytes, error: $0.error)
        }
        runs = status.runs.map { run in
            StatusDocument.Run(
                host: run.host, process: run.process, version: run.version, streams: run.streams,
                beganAt: ISOTime.of(run.beganAt), endedAt: run.endedAt.map(ISOTime.of), seconds: run.seconds,
                outcome: run.outcome?.rawValue, error: run.error,
                failures: run.failures.map { StatusDocument.Failure(table: NameDocument($0.table), error: $0.error) })
        }
        workers = status.workers.map { worker in
            StatusDocument.Worker(
                worker: worker.number, host: worker.host, process: worker.process, version: worker.version,
                streams: worker.streams, isCoordinator: worker.isCoordinator, state: worker.state.rawValue,
                joinedAt: ISOTime.of(worker.joinedAt), silenceSeconds: worker.silence, chunks: worker.chunks,
                bytes: worker.bytes, heldChunks: worker.heldChunks)
        }
    }
}
