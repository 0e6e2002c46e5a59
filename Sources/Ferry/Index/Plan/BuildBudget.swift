/// What a server can give to index builds, read from its settings.
struct BuildBudget: Sendable, Equatable {
    /// `maintenance_work_mem` of all builds that run at the same time, in bytes.
    let memory: Int
    /// Parallel workers of one build.
    let workers: Int

    /// SQL can't see a server's memory, and `shared_buffers` is what tells most about it.
    ///
    /// Aurora gives it three quarters of the instance ({DBInstanceClassMemory*3/4}, Aurora User Guide, "Aurora PostgreSQL
    /// parameters") because it has no file cache: a third of it is all that is left for sessions, and builds get half of
    /// that. At 1 ACU (2 GB, 1.5 of them shared buffers) it comes to 256 MB. Elsewhere it is a quarter of the machine
    /// (PostgreSQL documentation, "Resource Consumption"), or the far smaller default of a server that nobody tuned;
    /// twice as much is at most half of the machine, out of what the file cache has. The server's own
    /// `maintenance_work_mem` is never undercut: its operator has allowed it to every session.
    init(of server: ServerInfo) {
        let spare = server.isAurora ? server.sharedBuffers / 6 : server.sharedBuffers * 2
        memory = max(spare, server.maintenanceWorkMem)
        // The number of cores is not to be seen either, so the operator's own limit is the best advice there is.
        workers = max(
            0, min(server.maxParallelMaintenanceWorkers, server.maxParallelWorkers, server.maxWorkerProcesses))
    }

    /// The settings for a build that needs `need` bytes: what it needs and a tenth more, within the budget.
    func setting(for need: Int, server: ServerInfo) -> Int {
        max(min(need + need / 10, memory), server.maintenanceWorkMem)
    }
}
