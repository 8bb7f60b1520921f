#!/usr/bin/env bash
# From nothing to a cited summary and answered questions, on the invented reports in this folder.
# `make demo` runs it; by hand: bash samples/demo.sh [REPORTBOT]. Nothing is left behind.
set -euo pipefail

samples=$(cd "$(dirname "$0")" && pwd)
reportbot=${1:-"$samples/../.venv/bin/reportbot"}
[[ -x $reportbot ]] || { echo "demo: no reportbot at $reportbot; run \`make demo\` once" >&2; exit 2; }
reportbot=$(cd "$(dirname "$reportbot")" && pwd)/$(basename "$reportbot")

# A shelf and a working directory of its own: neither the reports nor the .env of whoever runs it matter.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ln -s "$samples" "$folder/samples"
cd "$folder"
unset OPENAI_API_KEY OPENAI_BASE_URL OPENAI_MODEL OPENAI_EMBEDDING_MODEL DATABASE_URL CHROMA_URL
unset CELERY_BROKER_URL REPORTBOT_TIMEZONE REPORTBOT_DEBUG
export REPORTBOT_DATA_DIR="$folder/data"

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi

# say ZH EN: a heading in the language of the run.
say() {
    local heading=$1
    if [[ ${REPORTBOT_LANGUAGE:-zh} == en ]]; then heading=$2; fi
    printf '\n%s== %s%s\n' "$bold" "$heading" "$plain"
}

# run ARGUMENT...: show the command as one would type it, then run it.
run() {
    local shown='' word
    for word in "$@"; do
        if [[ $word == *' '* || $word == *'？'* ]]; then word="\"$word\""; fi
        shown+=" $word"
    done
    printf '%s$ reportbot%s%s\n' "$bold" "$shown" "$plain"
    "$reportbot" "$@"
}

say "收入四份（虚构的）报告：TXT、Markdown、繁体、GB 编码的网页" \
    "Take in four (invented) reports: text, Markdown, Traditional Chinese, a GB-encoded web page"
run ingest samples

say "书架上有什么" "What is on the shelf"
run list

say "一份报告的摘要：成效、不足、计划，逐条有原文出处" \
    "One report's summary: achievements, shortcomings, plans, each with its quote"
run summarize samples/yingchuan_2024.txt

say "问一个数字" "Ask for a figure"
run ask "映川区城市管理局2024年拆除了多少违法建设？"

say "换个说法问" "Ask in other words than the report's"
run ask "路边摆摊的人是怎么安置的？"

say "跨报告比较" "Ask across two reports"
run ask "映川区城市管理局2023年和2024年各新建了多少口袋公园？"

say "原文隐去的数字不会被猜出来" "A figure that the source has masked is not guessed"
run ask "澹溪县2023年饮水安全投入了多少万元？"

say "报告里没有的，就说没有" "What no report holds is refused"
run ask "映川区城市管理局2021年罚没款多少？"
