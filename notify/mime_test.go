package notify

import "mime"

var mimeWords mime.WordDecoder
