/// What the plan of a copy is once an earlier job is taken back: the job's own rows and tables stand in no way.
struct RestartPlan {
    /// The job that goes first.
    let restart: Restart
    /// The options of the copy.
    let request: CopyRequest

    private var job: JobNumber { restart.job.number }

    /// - Parameters:
    ///   - plan: The plan as the target is now.
    ///   - target: A session to look for rows that the job did not copy.
    func adjusted(_ plan: Plan, on target: borrowing Session) throws(FerryError) -> Plan {
        var plan = plan
        let pairs = restart.job.plan.pairs
        let made = Set(pairs.filter(\.isCreated).map(\.name))
        let shared = try restart.sharedTables(on: target)
        let emptied = Set(pairs.map(\.name)).subtracting(shared)
        plan.notes.removeAll { note in
            guard note.level == .blocker, let table = note.table, emptied.contains(table) else { return false }
            return Note.ofRows.contains(note.code) || request.create && made.contains(table)
        }
        for place in plan.notes.indices where plan.notes[place].code == .notEmpty {
            guard let table = plan.notes[place].table, shared.contains(table) else { continue }
            plan.notes[place].message =
                "The table holds rows that job \(job) did not copy, and that --restart leaves alone: vecferry verify --repair or other "
                + "sessions wrote them."
        }
        if !request.create { plan.notes += plan.pairs.map(\.name).filter(made.contains).map(Note.goesWithJob) }
        return plan
    }
}

extension Note {
    /// The blockers that stem from the rows of a table.
    fileprivate static let ofRows: Set<Note.Code> = [.notEmpty, .noKey, .referenced]

    /// A blocker: a table to be filled is one that the job created, and would be dropped first.
    fileprivate static func goesWithJob(_ table: QualifiedName) -> Note {
        Note(
            level: .blocker, code: .tableMissing, side: .target, table: table,
            message: "An earlier run created the table, and --restart drops it.",
            hint: "Add --create to create it again.")
    }

    /// A remark: a copy with --restart takes a job back first.
    static func takesBack(_ job: Ledger.Job) -> Note {
        Note(
            level: .info, code: .takenBack, side: .target, table: nil,
            message:
                "A copy with --restart first removes the rows that job \(job.number) copied and the tables that it created.",
            hint: nil)
    }
}
