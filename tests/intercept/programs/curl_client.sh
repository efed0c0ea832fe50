# AILabTools with curl: sh curl_client.sh IMAGE RESULT
set -eu
url=https://www.ailabapi.com/api/cutout/portrait/avatar-extraction
answer=$(curl -sS -H "ailabapi-api-key: $AILAB_KEY" -F "image=@$1" "$url")
link=$(echo "$answer" | sed 's/.*"image_url":"\([^"]*\)".*/\1/')
curl -sS -o "$2" "$link"
