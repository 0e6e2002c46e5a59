internal import Postgres
internal import SQLStatements

/// The schema `vecferry` in the target database: what a job is to do, what of it is done, and how to put back what it took
/// off. All methods take the session they speak over; the ledger itself holds no state.
struct Ledger {
    /// The format that this vecferry writes: of `sql/ledger/schema.sql`, and of the documents and fingerprints in it. All
    /// before it can be read, and a job of theirs is finished as it stands.
    ///
    /// Format 2 says who wrote it, has fingerprints over named fields, and a build's statements in saved definitions alone.
    static let format = 2

    /// Names vecferry's advisory lock: ASCII of "vecferry" as one number.
    private static let lock = "x'7665636665727279'::bigint"

    /// A job as the ledger holds it.
    struct Job: Sendable {
        /// Where a job is: under way, proven, or taken back.
        enum State: String, Sendable {
            /// Its rows or what comes after them are under way; it ended proven; `--restart` took it back.
            case loading, finished, abandoned
        }

        /// From 1, in the order in which jobs began.
        var number: JobNumber
        /// What ``JobFingerprint`` gave for its request and source.
        var fingerprint: String
        /// How far it is.
        var state: State
        /// The plan that it began with, and goes on with.
        var plan: Plan
        /// The source's visibility when it began, as ``Snapshot/visibility``.
        var sourceVisibility: String
        /// Whether the source was seen to be written to since it began.
        var sourceChanged: Bool
        /// How it ended; nil before.
        var report: JobReport?
        /// To the minute, with the time zone of the session; for people.
        var startedAt: String
        var finishedAt: String?
    }

    // MARK: One copy at a time

    /// Takes the lock that keeps a second copy off this target, for as long as the connection lives.
    ///
    /// - Throws: ``FerryError/Code/busy``, naming who holds it. A killed vecferry's backend may hold it for a moment, so
    ///   this waits a little first.
    func acquireLock(_ session: borrowing Session, _ interrupt: Interrupt) throws(FerryError) {
        for attempt in 1... {
            if try session.query("SELECT pg_try_advisory_lock(\(Self.lock)) AS taken").only().bool("taken") { return }
            if attempt == 10 { break }
            try RetryPolicy.sleep(.milliseconds(500), interrupt)
        }
        var who = "another session"
        if let holder = try session.query(Statements.lockHolder).first {
            who =
                "process \(try holder.string("pid")) of \(try holder.optional("user") ?? "another user") "
                + "from \(try holder.optional("client") ?? "an unknown address"), "
                + "connected since \(try holder.optional("since") ?? "an unknown time")"
        }
        throw FerryError(
            .busy, "Another vecferry is working on this target: \(who).",
            hint: "Wait for it, or stop it; the same command then goes on where it was.", side: .target)
    }

    // MARK: The schema

    /// Whether the ledger is there, in a form that this vecferry reads.
    func exists(_ session: borrowing Session) throws(FerryError) -> Bool {
        let present = try session.query("SELECT to_regclass('vecferry.format') IS NOT NULL AS present").only()
            .bool("present")
        guard present else { return false }
        // The column is not there in format 1.
        let row = try session.query(
            "SELECT max(version) AS version, max(to_jsonb(f) ->> 'written_by') AS writer FROM vecferry.format AS f"
        ).only()
        let (version, writer) = (try row.optionalInt("version"), try row.optional("writer"))
        guard let version else {
            throw FerryError(
                .ledger, "The target's ledger does not say its format.",
                hint: "Somebody changed schema vecferry; drop it if no job is under way.", side: .target)
        }
        guard version <= Self.format else { throw Self.newer("The target's ledger, of format \(version),", writer) }
        return true
    }

    /// The newest job that was not abandoned, checked for damage.
    func newestJob(_ session: borrowing Session) throws(FerryError) -> Job? {
        let row = try readingLedger { () throws(FerryError) in
            try session.query(
                """
                SELECT id, fingerprint, state, plan, plan_hash, source_visibility, source_changed, report,
                    to_char(started_at, 'YYYY-MM-DD HH24:MI TZ') AS started_at,
                    to_char(finished_at, 'YYYY-MM-DD HH24:MI TZ') AS finished_at
                FROM vecferry.job WHERE state <> 'abandoned' ORDER BY id DESC LIMIT 1
                """
            ).first
        }
        guard let row else { return nil }
        let (plan, report) = (try plan(of: row, session), try report(of: row))
        return try readingLedger { () throws(FerryError) in
            guard let state = Job.State(rawValue: try row.string("state")) else {
                throw session.unexpected("A job's state in the ledger is none.")
            }
            return Job(
                number: try row.number("id"), fingerprint: try row.string("fingerprint"), state: state, plan: plan,
                sourceVisibility: try row.string("source_visibility"), sourceChanged: try row.bool("source_changed"),
                report: report, startedAt: try row.string("started_at"),
                finishedAt: try row.optional("finished_at"))
        }
    }

    /// The plans of all jobs that were not abandoned, the newest first, checked for damage.
    func plans(_ session: borrowing Session) throws(FerryError) -> [Plan] {
        let rows = try readingLedger { () throws(FerryError) in
            try session.query(
                "SELECT id, plan, plan_hash FROM vecferry.job WHERE state <> 'abandoned' ORDER BY id DESC")
        }
        var plans: [Plan] = []
        for row in rows { plans.append(try plan(of: row, session)) }
        return plans
    }

    /// Runs a block that reads the ledger; what it lacks, or holds in another form, is damage.
    func readingLedger<Result>(_ body: () throws(FerryError) -> Result) throws(FerryError) -> Result {
        do throws(FerryError) {
            return try body()
        } catch {
            switch error.cause?.sqlState {
            case "42P01"?, "42703"?, "42883"?, "42P02"?: throw Self.damaged("a table or a column of it is missing")
            default:
                guard error.cause?.code == .unexpectedResult else { throw error }
                throw Self.damaged("an entry is not what vecferry writes")
            }
        }
    }

    // MARK: A job's life

    /// Writes a new job with all its chunks and saved definitions, in the caller's transaction.
    ///
    /// - Returns: The job's number.
    func begin(
        _ plan: Plan, fingerprint: String, sourceVisibility: String, saved: [SavedDefinition],
        _ session: borrowing Session
    ) throws(FerryError) -> JobNumber {
        let text = StoredPlan(plan).text
        let number = try session.query(
            """
            INSERT INTO vecferry.job (fingerprint, state, plan, plan_hash, source_visibility)
            VALUES ($1, 'loading', $2, $3, $4) RETURNING id
            """, [fingerprint, text, TextHash.of(text), sourceVisibility]
        ).only().number("id", as: JobNumber.self)
        let chunks = plan.chunks
        try session.query(
            Statements.insertChunks,
            [
                "\(number)", ArrayText.format(chunks.map { "\($0.pair)" }),
                ArrayText.format(chunks.map { "\($0.number)" }), ArrayText.format(chunks.map { "\($0.part)" }),
                ArrayText.format(chunks.map { "\($0.pages.start)" }),
                ArrayText.format(chunks.map { "\($0.pages.end ?? -1)" }),
            ])
        for definition in saved { try save(definition, job: number, session) }
        return number
    }

    private func save(
        _ definition: SavedDefinition, job: JobNumber, _ session: borrowing Session
    ) throws(FerryError) {
        try session.query(
            """
            INSERT INTO vecferry.saved_definition
                (job, number, pair, kind, stage, relation_schema, relation_name, name, statements)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text[])
            """,
            [
                "\(job)", "\(definition.number)", "\(definition.pair)", definition.kind.rawValue,
                "\(definition.stage)", definition.relation.schema, definition.relation.name, definition.name,
                ArrayText.format(definition.statements),
            ])
    }

    /// The chunks that are not finished, in order, after a check that the ledger's chunks are the plan's.
    ///
    /// - Parameter pairs: Whose chunks, by the pairs' numbers; nil for all.
    func openChunks(
        _ job: Job, of pairs: [PairNumber]? = nil, _ session: borrowing Session
    ) throws(FerryError) -> [Chunk] {
        let rows = try readingLedger { () throws(FerryError) in
            try session.query(
                """
                SELECT pair, number, part, first_page, end_page, finished_at IS NOT NULL AS is_finished, sum, rows
                FROM vecferry.chunk WHERE job = $1 AND ($2::int[] IS NULL OR pair = ANY ($2::int[])) ORDER BY pair, number
                """, ["\(job.number)", pairs.map { ArrayText.format($0.map(\.description)) }])
        }
        let planned = pairs.map { $0.sorted().flatMap { job.plan[$0].chunks } } ?? job.plan.chunks
        guard rows.count == planned.count else { throw Self.damaged("chunks are missing or were added") }
        var open: [Chunk] = []
        for (row, chunk) in zip(rows, planned) {
            let (held, isFinished, isWhole) = try readingLedger { () throws(FerryError) in
                let held = Chunk(
                    pair: try row.number("pair"), number: try row.number("number"), part: try row.int("part"),
                    pages: PageRange(start: try row.int("first_page"), end: try row.optionalInt("end_page")))
                let isFinished = try row.bool("is_finished")
                let hex = try row.optional("sum")
                return (held, isFinished, !isFinished || hex.flatMap { Digest(rows: 0, hex: $0) } != nil)
            }
            guard held == chunk, isWhole else { throw Self.damaged("a chunk's entry was changed") }
            if !isFinished { open.append(chunk) }
        }
        return open
    }

    /// Returns when everything that was committed on the target before is on its disk: a commit that waits flushes all the
    /// log before it. Only a commit that wrote something waits (PostgreSQL, access/transam/xact.c, RecordTransactionCommit).
    ///
    /// It writes to a row that no stream locks: each chunk's transaction holds on to its job's row, and as these overlap, a
    /// change of that row would wait until the last of them.
    func flush(_ session: borrowing Session) throws(FerryError) {
        try session.execute(
            """
            BEGIN; SET LOCAL synchronous_commit TO local;
            UPDATE vecferry.format SET version = version; COMMIT
            """)
    }

    /// What the finished chunks of each pair come to: rows copied, and rows left out by key.
    func digests(job: JobNumber, _ session: borrowing Session) throws(FerryError) -> [PairNumber: PairDigest] {
        try readingLedger { () throws(FerryError) in
            var digests: [PairNumber: PairDigest] = [:]
            let rows = try session.query(
                """
                SELECT pair, rows, sum, kept_rows FROM vecferry.chunk
                WHERE job = $1 AND finished_at IS NOT NULL ORDER BY pair, number
                """, ["\(job)"])
            for row in rows {
                guard let digest = Digest(rows: try row.int("rows"), hex: try row.string("sum")) else {
                    throw session.unexpected("A digest in the ledger is not a digest.")
                }
                let pair = try row.number("pair", as: PairNumber.self)
                digests[pair, default: PairDigest()].copied += digest
                digests[pair, default: PairDigest()].keptRows += try row.int("kept_rows")
            }
            return digests
        }
    }

    /// What has to be put back and is not yet, in the order of stages.
    func pendingDefinitions(job: JobNumber, _ session: borrowing Session) throws(FerryError) -> [SavedDefinition] {
        try definitions("job = $1 AND restored_at IS NULL", job: job, session)
    }

    /// Everything that was taken off, put back or not, in the order of stages.
    func definitions(job: JobNumber, _ session: borrowing Session) throws(FerryError) -> [SavedDefinition] {
        try definitions("job = $1", job: job, session)
    }

    private func definitions(
        _ condition: String, job: JobNumber, _ session: borrowing Session
    ) throws(FerryError) -> [SavedDefinition] {
        try readingLedger { () throws(FerryError) in
            var definitions: [SavedDefinition] = []
            let rows = try session.query(
                """
                SELECT number, pair, kind, stage, relation_schema, relation_name, name, statements
                FROM vecferry.saved_definition WHERE \(condition) ORDER BY stage, number
                """, ["\(job)"])
            for row in rows {
                guard let kind = SavedDefinition.Kind(rawValue: try row.string("kind")) else {
                    throw session.unexpected("A saved definition's kind in the ledger is none.")
                }
                definitions.append(
                    SavedDefinition(
                        number: try row.number("number"), pair: try row.number("pair"), kind: kind,
                        stage: try row.int("stage"),
                        relation: try row.name("relation_schema", "relation_name"),
                        name: try row.string("name"), statements: try row.list("statements")))
            }
            return definitions
        }
    }

    /// Remembers that the source was written to since the job began.
    func markSourceChanged(job: JobNumber, _ session: borrowing Session) throws(FerryError) {
        try session.query("UPDATE vecferry.job SET source_changed = true WHERE id = $1", ["\(job)"])
    }

    /// Ends a job with its report.
    func finish(job: JobNumber, _ report: JobReport, _ session: borrowing Session) throws(FerryError) {
        let ended = try session.query(
            "UPDATE vecferry.job SET state = 'finished', finished_at = now(), report = $2 "
                + "WHERE id = $1 AND state <> 'abandoned'",
            ["\(job)", StoredReport(report).text]
        ).affected
        guard ended == 1 else {
            throw FerryError(
                .ledger, "Job \(job) was ended by somebody else while it ran.",
                hint: "Look whether another vecferry works on this target; then run the same command again.",
                side: .target)
        }
    }

    /// Ends a job that starts over, in the caller's transaction.
    func abandon(job: JobNumber, _ session: borrowing Session) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.job SET state = 'abandoned', finished_at = now() WHERE id = $1", ["\(job)"])
    }

    static func damaged(_ how: String) -> FerryError {
        FerryError(
            .ledger, "The target's ledger is damaged: \(how).",
            hint:
                "Somebody changed schema vecferry. What it took off the tables is in vecferry.saved_definition: keep a copy of "
                + "that, then drop the schema, empty the tables and copy again.", side: .target)
    }
}

/// What the finished chunks of one pair come to.
struct PairDigest: Sendable {
    /// Rows that are in the target by this job.
    var copied = Digest.zero
    /// Rows left out because the target had their key.
    var keptRows = 0
}
