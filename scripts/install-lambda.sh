#!/bin/sh
# Puts Lambda's own runtime client into .nodes/lambda/, where the AWS tests look for it. It compiles for a minute or two.
set -eu
cd "$(dirname "$0")/.."

version=4.0.2
folder=.nodes/lambda
if [ -f "$folder/node_modules/aws-lambda-ric/rapid-client.node" ]; then
  echo "$folder has aws-lambda-ric"
  exit 0
fi
command -v cmake >/dev/null || { echo 'cmake and g++ are needed to compile aws-lambda-ric'; exit 1; }
mkdir -p "$folder"
npm install --prefix "$folder" --ignore-scripts=false --no-save --no-audit --no-fund "aws-lambda-ric@$version"
echo "$folder: aws-lambda-ric $version"
