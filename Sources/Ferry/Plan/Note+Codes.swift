extension Note.Code {
    // MARK: The selection

    /// A pattern of `--table` matches no table.
    public static let noSuchTable = Note.Code(description: "no_such_table")
    /// No table has the column of `--bot-column`.
    public static let noSuchBotColumn = Note.Code(description: "no_such_bot_column")
    /// No table has an embedding or a bot column.
    public static let nothingToCopy = Note.Code(description: "nothing_to_copy")
    /// A pattern can't be read.
    public static let badPattern = Note.Code(description: "bad_pattern")
    /// A partition of a table that is copied was left out.
    public static let partitionExcluded = Note.Code(description: "partition_excluded")
    /// A partition is a foreign table.
    public static let foreignPartition = Note.Code(description: "foreign_partition")
    /// Bots are selected, but no table has a bot column.
    public static let noBotColumn = Note.Code(description: "no_bot_column")
    /// A bot's id is longer than the bot column.
    public static let botTooLong = Note.Code(description: "bot_too_long")
    /// Bots with rows were deleted in the application.
    public static let botsDeleted = Note.Code(description: "bots_deleted")
    /// A column of `--convert` is in no table that is copied.
    public static let noSuchColumn = Note.Code(description: "no_such_column")
    /// Some of the selected bots have no rows.
    public static let unknownBots = Note.Code(description: "unknown_bots")
    /// Bots are selected, but the table belongs to none.
    public static let notLimited = Note.Code(description: "not_limited")

    // MARK: The servers

    /// Source and target are one database.
    public static let sameDatabase = Note.Code(description: "same_database")
    /// A connection is not encrypted.
    public static let noTLS = Note.Code(description: "no_tls")
    /// A connection is encrypted, but the server's certificate is not verified.
    public static let unverifiedServer = Note.Code(description: "unverified_server")
    /// Functions of another role run while rows are loaded.
    public static let foreignCode = Note.Code(description: "foreign_code")
    /// A copy that is to yield can't see all of what the target has to do.
    public static let loadHidden = Note.Code(description: "load_hidden")
    /// The connection goes through a pooler.
    public static let pooler = Note.Code(description: "pooler")
    /// The connection goes through a pooler in transaction mode.
    public static let transactionPooler = Note.Code(description: "transaction_pooler")
    /// The target's server is older than the source's.
    public static let targetOlder = Note.Code(description: "target_older")
    /// The target is a standby.
    public static let targetReadOnly = Note.Code(description: "target_read_only")
    /// The role may not keep a ledger in the target.
    public static let noLedger = Note.Code(description: "no_ledger")
    /// Sessions of one side can't read in one snapshot.
    public static let noSnapshot = Note.Code(description: "no_snapshot")
    /// The source can't read a range of pages.
    public static let noTIDRangeScan = Note.Code(description: "no_tid_range_scan")
    /// The databases have different encodings.
    public static let encodingsDiffer = Note.Code(description: "encodings_differ")
    /// The target lacks an extension.
    public static let extensionMissing = Note.Code(description: "extension_missing")
    /// An extension will be created.
    public static let extensionCreated = Note.Code(description: "extension_created")
    /// An extension is in another schema on the target.
    public static let extensionSchema = Note.Code(description: "extension_schema")
    /// The target's version of an extension lacks a type.
    public static let typeMissing = Note.Code(description: "type_missing")

    // MARK: The tables

    /// The target lacks the table.
    public static let tableMissing = Note.Code(description: "table_missing")
    /// A role lacks a right.
    public static let noPermission = Note.Code(description: "no_permission")
    /// A policy would hide rows.
    public static let rowSecurity = Note.Code(description: "row_security")
    /// A name or a definition of the table is not UTF-8.
    public static let notUTF8 = Note.Code(description: "not_utf8")
    /// The target's table is UNLOGGED.
    public static let unlogged = Note.Code(description: "unlogged")
    /// Only the owner can do what the plan needs.
    public static let notOwner = Note.Code(description: "not_owner")
    /// The target's table already holds rows.
    public static let notEmpty = Note.Code(description: "not_empty")
    /// Rows of the source may violate a check that it never made.
    public static let notValid = Note.Code(description: "not_valid")
    /// The table has no key that both sides share.
    public static let noKey = Note.Code(description: "no_key")
    /// Another table references rows that would be deleted.
    public static let referenced = Note.Code(description: "referenced")
    /// The target lacks the table in which the bot of a row is found.
    public static let botPathMissing = Note.Code(description: "bot_path_missing")
    /// A partition has a trigger that can't be disabled.
    public static let partitionTrigger = Note.Code(description: "partition_trigger")
    /// A foreign key stays while rows are loaded, since it could not be put back.
    public static let keyStays = Note.Code(description: "key_stays")
    /// An index stays while rows are loaded, since it could not be put back.
    public static let indexStays = Note.Code(description: "index_stays")
    /// A publication of the target can't send what the load does.
    public static let noReplicaIdentity = Note.Code(description: "no_replica_identity")
    /// A column may refer to large objects, which are not copied.
    public static let largeObjects = Note.Code(description: "large_objects")
    /// The target lacks a table that a table to be created belongs to or inherits from.
    public static let parentMissing = Note.Code(description: "parent_missing")
    /// The target lacks an object that a definition needs.
    public static let objectMissing = Note.Code(description: "object_missing")
    /// Something else on the target has a name that would be created.
    public static let nameTaken = Note.Code(description: "name_taken")
    /// A sequence of the target keeps its value, since nothing says how far it must go on.
    public static let sequenceNotSet = Note.Code(description: "sequence_not_set")
    /// Tables that inherit from a chosen one are left out, or can't be copied.
    public static let inheritance = Note.Code(description: "inheritance")
    /// A foreign key is not created, since the table that it references is not copied.
    public static let foreignKeyLeftOut = Note.Code(description: "foreign_key_left_out")
    /// Parts of a table are not created on the target.
    public static let leftOut = Note.Code(description: "left_out")
    /// The target lacks a column.
    public static let columnMissing = Note.Code(description: "column_missing")
    /// The target has a column that requires a value.
    public static let columnRequired = Note.Code(description: "column_required")
    /// A column has another type on the target.
    public static let typeDiffers = Note.Code(description: "type_differs")
    /// A column's values can't be converted as asked.
    public static let notConvertible = Note.Code(description: "not_convertible")
    /// A column is generated on the target.
    public static let generated = Note.Code(description: "generated")
    /// No column can be copied.
    public static let noColumns = Note.Code(description: "no_columns")
    /// Rows are copied as text.
    public static let textFormat = Note.Code(description: "text_format")

    // MARK: The indexes

    /// An option for building indexes is out of range.
    public static let indexOption = Note.Code(description: "index_option")
    /// An index is invalid.
    public static let indexInvalid = Note.Code(description: "index_invalid")
    /// Indexes can't be built without CREATE on their schema.
    public static let noCreateInSchema = Note.Code(description: "no_create_in_schema")
    /// Only the source has a vector index.
    public static let indexOnlyOnSource = Note.Code(description: "index_only_on_source")
    /// An index can't be changed as requested, and keeps its definition.
    public static let indexChangeRefused = Note.Code(description: "index_change_refused")
    /// An index can't be built beside writers.
    public static let indexChangeOnline = Note.Code(description: "index_change_online")
    /// The definition of an index changes.
    public static let indexChanged = Note.Code(description: "index_changed")
    /// A build needs more memory than it gets, or than the server's settings suggest.
    public static let indexMemory = Note.Code(description: "index_memory")
    /// The index method can't take that many dimensions.
    public static let indexDimensions = Note.Code(description: "index_dimensions")
    /// The target's pgvector lacks an operator class.
    public static let indexOperatorClass = Note.Code(description: "index_operator_class")
    /// Sparse vectors have more elements than the index takes, or may have.
    public static let indexSparse = Note.Code(description: "index_sparse")
    /// The server has too little shared memory for a parallel build.
    public static let indexSharedMemory = Note.Code(description: "index_shared_memory")
    /// Another session created an index in the place of one.
    public static let indexReplaced = Note.Code(description: "index_replaced")
    /// The target's pgvector has a fault in parallel builds.
    public static let hnswParallelFault = Note.Code(description: "hnsw_parallel_fault")
    /// An hnsw graph outgrew its memory.
    public static let hnswMemoryExceeded = Note.Code(description: "hnsw_memory_exceeded")
    /// An ivfflat index was built with little data.
    public static let ivfflatLittleData = Note.Code(description: "ivfflat_little_data")
    /// A copy into the target is not finished.
    public static let unfinishedJob = Note.Code(description: "unfinished_job")
    /// No table has a vector index.
    public static let noVectorIndex = Note.Code(description: "no_vector_index")

    // MARK: The job

    /// The server had no connection left for one of the streams.
    public static let fewerStreams = Note.Code(description: "fewer_jobs")
    /// A fault stopped the copy, and builds under way are finished first.
    public static let waitsForBuilds = Note.Code(description: "waits_for_builds")
    /// A table's statistics could not be gathered.
    public static let notAnalyzed = Note.Code(description: "not_analyzed")
    /// Other sessions have changed a table after its rows were proven.
    public static let changedSince = Note.Code(description: "changed_since")
    /// The source was written to since the job began or finished.
    public static let sourceChanged = Note.Code(description: "source_changed")
    /// Objects that a job dropped or disabled are not back.
    public static let stillOff = Note.Code(description: "still_off")
    /// A restart removed what an earlier run had copied.
    public static let takenBack = Note.Code(description: "taken_back")
    /// A job has carried out the plan.
    public static let alreadyFinished = Note.Code(description: "already_finished")
    /// A job began with the plan and is not finished.
    public static let goesOn = Note.Code(description: "goes_on")
    /// Another job is not finished.
    public static let otherJob = Note.Code(description: "other_job")
    /// A finished job with other options has copied the tables.
    public static let otherFinished = Note.Code(description: "other_finished")
    /// A table of a finished job is gone.
    public static let tableGone = Note.Code(description: "table_gone")
    /// Rows that a finished job copied are gone.
    public static let rowsGone = Note.Code(description: "rows_gone")
    /// No row of a table is the version that the job wrote.
    public static let rowsForeign = Note.Code(description: "rows_foreign")

    // MARK: The comparison

    /// Only the target has the table.
    public static let tableOnlyOnTarget = Note.Code(description: "table_only_on_target")
    /// Only the target has the column.
    public static let columnOnlyOnTarget = Note.Code(description: "column_only_on_target")
    /// A column is compared as what a conversion makes of the source's values.
    public static let comparedConverted = Note.Code(description: "compared_converted")
    /// A column is compared as text.
    public static let comparedAsText = Note.Code(description: "compared_as_text")
    /// A generated column has the same expression on both sides, and its values are not compared.
    public static let comparedByDefinition = Note.Code(description: "compared_by_definition")
    /// A column is generated otherwise on the target, and is not compared.
    public static let generationDiffers = Note.Code(description: "generation_differs")
    /// Only the target has rows of some bots, which are no differences.
    public static let botsOnTargetOnly = Note.Code(description: "bots_on_target_only")
    /// A column can't be searched as the application would.
    public static let searchNotTried = Note.Code(description: "search_not_tried")
    /// The last copy merged the table by key into rows of the target.
    public static let mergedByKey = Note.Code(description: "merged_by_key")
    /// The target's ledger can't be trusted, or not be read.
    public static let ledgerNotRead = Note.Code(description: "ledger_not_read")
    /// The last copy kept bots of the target.
    public static let botsKept = Note.Code(description: "bots_kept")
    /// The last copy was limited to some bots.
    public static let jobHadBots = Note.Code(description: "job_had_bots")
    /// The source has a vector index, and the target none.
    public static let indexMissing = Note.Code(description: "index_missing")
    /// An ivfflat index was built on a table that was nearly empty.
    public static let builtOnEmpty = Note.Code(description: "built_on_empty")
    /// An ivfflat index will answer approximately once it is built on the rows.
    public static let approximateAnswers = Note.Code(description: "approximate_answers")
    /// The searches were not compared.
    public static let searchesNotCompared = Note.Code(description: "searches_not_compared")
    /// Long values are compressed by another method than the server's.
    public static let toastCompression = Note.Code(description: "toast_compression")
    /// The target was built without lz4.
    public static let noLZ4 = Note.Code(description: "no_lz4")
    /// The report of a copy could not be written.
    public static let reportNotWritten = Note.Code(description: "report_not_written")
    /// The application's searches find fewer of the nearest rows on the target.
    public static let recallLower = Note.Code(description: "recall_lower")
}
