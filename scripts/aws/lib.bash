# What the steps on AWS share: options, calls of `aws`, the record, and waiting. Sourced by them.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the scripts read these

# A failure inside $(…) ends the step. macOS's own bash is older.
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    echo "${0##*/}: bash is version $BASH_VERSION; these steps need 4.4 or newer." >&2
    exit 1
fi
shopt -s inherit_errexit

AWS_OPTIONS=()
STACK=BedrockChatStack
RECORD_FILE=vecferry-aws.conf
# Seconds between two looks at something that takes minutes.
POLL=${VECFERRY_AWS_POLL:-15}
# The tags by which what was made here is known again.
STACK_TAG=vecferry:stack
MADE_BY_TAG=vecferry:made-by

# aws tries again where a request came too soon; a night's work is worth more tries than its default.
export AWS_RETRY_MODE=${AWS_RETRY_MODE:-standard} AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-8} AWS_PAGER=''

STEP=${0##*/}
say() { printf '%s\n' "$*" >&2; }
die() {
    say "$STEP: $*"
    exit 1
}
bad_usage() {
    say "$STEP: $*"
    usage >&2
    exit 64
}

# $1: the option; $2: how many arguments are left. An option without its value is a mistake to tell, not to run with.
need_value() { (($2 > 1)) || bad_usage "$1 needs a value"; }

# Takes an option that every step has. $@: the arguments left. Sets TAKEN to how many it took, 0 for none.
common_option() {
    TAKEN=2
    case $1 in
        --stack | --record | --profile | --region)
            need_value "$1" "$#"
            [[ -n $2 ]] || bad_usage "$1 is empty"
            ;;
    esac
    case $1 in
        --stack) STACK=$2 ;;
        --record) RECORD_FILE=$2 ;;
        --profile) AWS_OPTIONS+=(--profile "$2") ;;
        --region) AWS_OPTIONS+=(--region "$2") ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) TAKEN=0 ;;
    esac
}

COMMON_USAGE="  --stack NAME       the stack (BedrockChatStack)
  --record FILE      the record of the steps (vecferry-aws.conf)
  --profile NAME     aws's profile
  --region NAME      aws's region"

# Shows lines, indented. $1: the lines.
list() { printf '  %s\n' "${1//$'\n'/$'\n'  }" >&2; }

# MARK: Calls

# Runs aws and prints its output. Sets SAID to what it says on standard error.
run_aws() {
    local status=0 errors
    errors=$(mktemp)
    aws ${AWS_OPTIONS[@]+"${AWS_OPTIONS[@]}"} "$@" 2>"$errors" </dev/null || status=$?
    SAID=$(<"$errors")
    rm -f "$errors"
    return "$status"
}

# Runs aws and prints its output. Where that fails, shows why and what to do, and ends the step.
call() {
    run_aws "$@" && return
    fault "aws $1 $2" "$SAID"
    exit 1
}

# As `call`, but prints nothing where what was asked for does not exist.
call_if_there() {
    run_aws "$@" && return
    [[ $SAID =~ \((DBCluster(Snapshot)?|DBInstance)NotFound(Fault)?\) ]] && return
    fault "aws $1 $2" "$SAID"
    exit 1
}

# $1: the call; $2: what aws said on standard error, in versions 1 and 2.
fault() {
    local line advice=''
    # Of an unknown argument, both versions tell all that there are.
    line=$(grep -E 'An error occurred|^aws: error:' <<<"$2" | tail -n 1 || true)
    [[ -n $line ]] || line=$(grep -v -e '^[[:space:]]*$' -e '^usage:' <<<"$2" | tail -n 1 || true)
    case $2 in
        *ExpiredToken* | *'has expired'* | *'Token is expired'* | *RequestExpired*)
            advice='Sign in to AWS again (aws sso login, or new credentials), then run this again; it goes on where it was.' ;;
        *'not authorized to perform'*)
            advice="Allow the action $(sed -nE 's/.*not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+).*/\1/p' <<<"$2" | tail -n 1) (scripts/aws/policies/$STEP.json), then run this again." ;;
        *AccessDenied* | *UnauthorizedOperation*)
            advice="Allow this (scripts/aws/policies/$STEP.json), then run this again." ;;
        *'Unable to locate credentials'* | *UnrecognizedClient* | *InvalidClientTokenId* | *'could not be found'*)
            advice='Sign in to AWS: aws configure, aws sso login, --profile, or the role of an instance.' ;;
        *'specify a region'*) advice='Give --region, or set AWS_REGION.' ;;
        *'Could not connect to the endpoint'*) advice='Check the region, and that this machine reaches AWS.' ;;
        *Throttling* | *'Rate exceeded'*) advice='AWS limits the rate of requests. Wait a minute, then run this again.' ;;
        *KMSKeyNotAccessible*)
            advice='The snapshot is encrypted with a key that this role may not use. Share the key, or copy the snapshot with a key of this account.' ;;
        *DBClusterAlreadyExists* | *DBInstanceAlreadyExists* | *DBClusterSnapshotAlreadyExists*)
            advice='Something else has that name. Rename it, or delete it if nothing needs it.' ;;
        *QuotaExceeded*) advice='The account has as many as its quota allows. Raise it in Service Quotas, or delete one that nothing needs.' ;;
        *'does not exist'* | *ResourceNotFound*) advice='Check the name, and that --region and --profile lead to its region and account.' ;;
    esac
    say "$STEP: $1 failed: ${line:-it printed no error message.}"
    [[ -z $advice ]] || say "  $advice"
}

need_aws() {
    command -v aws >/dev/null || die "AWS's command line is not in PATH. Install it (aws, version 1 or 2), then run this again."
    local version
    version=$(aws --version 2>&1) || die "aws --version fails: ${version%%$'\n'*}"
    [[ $version =~ aws-cli/([0-9]+)\.([0-9]+) ]] || die "aws --version prints no version: ${version%%$'\n'*}"
    # The first with Serverless v2 (--serverless-v2-scaling-configuration).
    if ((BASH_REMATCH[1] == 1 && BASH_REMATCH[2] < 23)) || ((BASH_REMATCH[1] == 2 && BASH_REMATCH[2] < 6)); then
        die "aws is version ${BASH_REMATCH[1]}.${BASH_REMATCH[2]}, which does not know Serverless v2. Install 1.23, 2.6 or newer."
    fi
}

# MARK: The stack

# Sets PARTITION, ACCOUNT, REGION and STACK_STATUS, and OUTPUTS to lines `name<TAB>value`. One call, since each starts a program.
find_stack() {
    need_aws
    local found arn
    found=$(call cloudformation describe-stacks --stack-name "$STACK" --output text \
        --query 'Stacks[0].[[StackId,StackStatus],Outputs[].[OutputKey,OutputValue]]')
    IFS=$'\t' read -r arn STACK_STATUS <<<"${found%%$'\n'*}"
    OUTPUTS=${found#*$'\n'}
    IFS=: read -r _ PARTITION _ REGION ACCOUNT _ <<<"$arn"
    check_place
}

# Finds the stack where nothing is changing it, and sets RESOURCES to lines `logical id<TAB>type<TAB>name`.
read_stack() {
    find_stack
    case $STACK_STATUS in
        *_IN_PROGRESS) die "The stack $STACK is being changed ($STACK_STATUS). Wait until that has ended, then run this again." ;;
        DELETE_COMPLETE | ROLLBACK_COMPLETE | *FAILED)
            die "The stack $STACK is in the state $STACK_STATUS. Repair it in CloudFormation first." ;;
    esac
    RESOURCES=$(call cloudformation list-stack-resources --stack-name "$STACK" \
        --query 'StackResourceSummaries[].[LogicalResourceId,ResourceType,PhysicalResourceId]' --output text)
}

# $1: the name of an output, which from v1 on may have 8 hexadecimal digits behind it.
# mawk knows no {8}.
output() {
    local digit='[0-9A-F]'
    awk -F '\t' -v name="^$1($digit$digit$digit$digit$digit$digit$digit$digit)?\$" '$1 ~ name {print $2; exit}' <<<"$OUTPUTS"
}

# $1: the beginning of a logical id; $2: the type. The hash behind a logical id differs from deploy to deploy.
resource() { awk -F '\t' -v id="$1" -v type="$2" 'index($1, id) == 1 && $2 == type {print $3; exit}' <<<"$RESOURCES"; }

# The id of the stack's cluster: its resource, or the first part of its host name.
stack_cluster() {
    local cluster host
    cluster=$(resource VectorStoreCluster AWS::RDS::DBCluster)
    if [[ -z $cluster ]]; then
        host=$(output DbConfigHostname)
        cluster=${host%%.*}
    fi
    printf '%s' "$cluster"
}

refuse_without_cluster() {
    [[ -n $(stack_cluster) ]] && return
    die "The stack $STACK has no Aurora cluster: no output DbConfigHostname, no resource VectorStoreCluster. Bedrock Chat v2 and v3 keep
  embeddings elsewhere (Bedrock Knowledge Bases, OpenSearch), and vecferry has nothing to move for them. If this is another stack, give --stack."
}

# Sets ECS_CLUSTER, GROUP and SUBNETS to where the application runs its tasks.
find_network() {
    ECS_CLUSTER=$(output EmbeddingClusterName)
    GROUP=$(output EmbeddingTaskSecurityGroupId)
    SUBNETS=$(output PrivateSubnetId0),$(output PrivateSubnetId1)
    SUBNETS=${SUBNETS%,}
    [[ -n $ECS_CLUSTER && -n $GROUP && -n ${SUBNETS#,} ]] ||
        die "The stack $STACK does not say where its tasks run (outputs EmbeddingClusterName, EmbeddingTaskSecurityGroupId,
  PrivateSubnetId0), which it does from v1.0.0 on. Deploy v1 first."
}

# Starts a Fargate task there, or several, without a public address. $1: the task definition; $2: overrides, as JSON; $3: how many.
# Prints `ARN<TAB>None`, or `None<TAB>why not`. By STARTED_BY it is found again.
run_fargate() {
    call ecs run-task --cluster "$ECS_CLUSTER" --task-definition "$1" --launch-type FARGATE --started-by "$STARTED_BY" \
        --count "${3:-1}" --overrides "$2" --output text --query '[tasks[0].taskArn,failures[0].reason]' \
        --network-configuration "awsvpcConfiguration={subnets=[$SUBNETS],securityGroups=[$GROUP],assignPublicIp=DISABLED}"
}

# $1: a text; prints it as it stands between the quotes of JSON.
quoted() {
    local text=${1//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//$'\n'/\\n}
    printf '%s' "${text//$'\t'/\\t}"
}

# MARK: The record

# Lines `name=value` of what was found out and made, so that a step that is run again goes on. No secret is in it.
declare -A RECORD=()

read_record() {
    [[ -e $RECORD_FILE ]] || return 0
    [[ -r $RECORD_FILE ]] || die "$RECORD_FILE can't be read."
    local line
    while IFS= read -r line || [[ -n $line ]]; do
        [[ $line =~ ^([a-z_]+)=(.*)$ ]] && RECORD[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
    done <"$RECORD_FILE"
    if [[ -n ${RECORD[stack]:-} && ${RECORD[stack]} != "$STACK" ]]; then
        die "$RECORD_FILE is the record of the stack ${RECORD[stack]}, not of $STACK. Give --record another file."
    fi
}

# $@: name=value …
record() {
    local pair name
    for pair; do RECORD[${pair%%=*}]=${pair#*=}; done
    {
        echo "# What vecferry's steps on AWS found out and made. No secret is in it."
        for name in $(printf '%s\n' "${!RECORD[@]}" | sort); do printf '%s=%s\n' "$name" "${RECORD[$name]}"; done
    } >"$RECORD_FILE.new" || die "$RECORD_FILE can't be written."
    mv "$RECORD_FILE.new" "$RECORD_FILE"
}

# The record is of one account and region.
check_place() {
    local name
    for name in account region; do
        local now=$ACCOUNT
        [[ $name == region ]] && now=$REGION
        [[ -z ${RECORD[$name]:-} || ${RECORD[$name]} == "$now" ]] ||
            die "$RECORD_FILE is of the $name ${RECORD[$name]}, and aws leads to $now. Check --profile and --region."
    done
}

# MARK: Waiting

# Waits until a look says what is wanted, and shows each change and, once a minute, that it still waits.
# $1: what is waited for; $2: the wanted state; then the call that prints the state in the first field, and what is to be shown of it.
# Sets SEEN to what the call printed last.
wait_for() {
    local what=$1 wanted=$2 state last='' start=$SECONDS shown=$SECONDS
    shift 2
    while true; do
        SEEN=$(call "$@")
        # What comes after the state and its progress is for the caller.
        state=$(cut -f 1-2 <<<"${SEEN%%$'\n'*}")
        state=${state%$'\t'}
        if [[ $state != "$last" ]] || ((SECONDS - shown >= 60)); then
            say "$(date -u +%H:%M:%S) $what: ${state//$'\t'/ }$( ((SECONDS - start >= 60)) && echo " ($(((SECONDS - start) / 60)) min)")"
            last=$state
            shown=$SECONDS
        fi
        [[ ${state%%$'\t'*} == "$wanted" ]] && return
        case $state in
            failed* | incompatible-* | inaccessible-encryption-credentials* | deleting* | None | '')
                die "$what is ${state:-gone}, and will not be $wanted." ;;
        esac
        sleep "$POLL"
    done
}

# The word for an identifier of RDS: letters, digits and single hyphens.
identifier() { tr '[:upper:]_' '[:lower:]-' <<<"$1" | tr -cd 'a-z0-9-\n' | sed -E 's/-+/-/g; s/^-|-$//g' | cut -c 1-40; }

# Asks, unless --yes was given. Without a terminal there is nobody to ask.
confirm() {
    [[ ${YES:-} ]] && return
    [[ -t 0 ]] || die "$1 Add --yes to do it."
    local answer
    read -r -p "$1 [y/N] " answer
    [[ $answer == [yY]* ]] || die "Nothing was done."
}
