"""Keys and tokens whose formats are published.

Each row is a mark that every key of a kind has, and the pattern of the key. A text is searched for the pattern only if
it has the mark, which is found much faster.
"""

from __future__ import annotations

import re

FORMATS: tuple[tuple[str, str], ...] = (
    # clouds
    ("AKIA", r"\bAKIA[0-9A-Z]{12,}\b"), ("ASIA", r"\bASIA[0-9A-Z]{12,}\b"), ("ABIA", r"\bABIA[0-9A-Z]{12,}\b"),
    ("ACCA", r"\bACCA[0-9A-Z]{12,}\b"), ("AIza", r"\bAIza[\w-]{30,}"), ("ya29.", r"\bya29\.[\w-]{20,}"),
    ("GOCSPX-", r"\bGOCSPX-[\w-]{20,}"), ("LTAI", r"\bLTAI[A-Za-z0-9]{12,}"), ("AKID", r"\bAKID[A-Za-z0-9]{13,}"),
    ("AQVN", r"\bAQVN[\w-]{30,}"), ("dop_v1_", r"\bdop_v1_\w{20,}"), ("doo_v1_", r"\bdoo_v1_\w{20,}"),
    ("dor_v1_", r"\bdor_v1_\w{20,}"), ("HRKU-", r"\bHRKU-[\w-]{20,}"), ("nfp_", r"\bnfp_\w{30,}"),
    ("fm2_", r"\bfm2_[\w=+/,.-]{30,}"), ("pscale_", r"\bpscale_[a-z]+_[\w.-]{20,}"), ("sbp_", r"\bsbp_\w{30,}"),
    ("dapi", r"\bdapi[0-9a-f]{32}"), ("hvs.", r"\bhvs\.[\w-]{20,}"), ("hvb.", r"\bhvb\.[\w-]{20,}"),
    (".atlasv1.", r"\w+\.atlasv1\.[\w=-]{40,}"), ("pul-", r"\bpul-[0-9a-f]{40}"), ("dp.pt.", r"\bdp\.pt\.\w{30,}"),
    ("AGE-SECRET-KEY-1", r"\bAGE-SECRET-KEY-1\w{40,}"), ("ops_", r"\bops_eyJ[\w=-]{40,}"),
    # code and packages
    ("ghp_", r"\bghp_\w{20,}"), ("gho_", r"\bgho_\w{20,}"), ("ghu_", r"\bghu_\w{20,}"), ("ghs_", r"\bghs_\w{20,}"),
    ("ghr_", r"\bghr_\w{20,}"), ("github_pat_", r"\bgithub_pat_\w{20,}"), ("gl", r"\bgl[a-z]{2,6}-[\w-]{20,}"),
    ("ATATT3", r"\bATATT3[\w=-]{40,}"), ("ATBB", r"\bATBB\w{28,}"), ("npm_", r"\bnpm_\w{30,}"),
    ("pypi-AgE", r"\bpypi-AgE[\w-]{16,}"), ("rubygems_", r"\brubygems_\w{40,}"),
    ("dckr_pat_", r"\bdckr_pat_[\w-]{20,}"), ("lin_api_", r"\blin_api_\w{30,}"),
    ("sntry", r"\bsntry[su]_[\w=+/-]{40,}"), ("PMAK-", r"\bPMAK-[\w-]{40,}"), ("figd_", r"\bfigd_[\w-]{30,}"),
    ("ntn_", r"\bntn_\w{30,}"), ("glsa_", r"\bglsa_\w{30,}"), ("glc_", r"\bglc_[\w=+/]{30,}"),
    ("NRAK-", r"\bNRAK-[A-Z0-9]{20,}"), ("dt0c01.", r"\bdt0c01\.[\w.]{40,}"), ("CFPAT-", r"\bCFPAT-[\w-]{30,}"),
    # models
    ("sk-", r"\bsk-(?:proj-|ant-|or-|svcacct-)?[\w-]{16,}"), ("hf_", r"\bhf_\w{30,}"), ("gsk_", r"\bgsk_\w{30,}"),
    ("r8_", r"\br8_\w{30,}"), ("xai-", r"\bxai-\w{40,}"), ("pplx-", r"\bpplx-\w{40,}"),
    ("lsv2_", r"\blsv2_[a-z]{2}_\w{30,}"),
    # money and messages
    ("k_live_", r"\b[srp]k_live_\w{10,}"), ("k_test_", r"\b[srp]k_test_\w{10,}"), ("whsec_", r"\bwhsec_[\w+/=]{20,}"),
    ("shp", r"\bshp(?:at|ss|ca|pa)_[0-9a-fA-F]{30,}"), ("sq0", r"\bsq0[a-z]{3}-[\w-]{20,}"),
    ("EAA", r"\bEAA[A-Za-z0-9]{30,}"), ("duffel_", r"\bduffel_(?:live|test)_[\w-]{40,}"),
    ("xox", r"\bxox[abeoprs]-[\w-]{10,}"), ("xapp-", r"\bxapp-[\w-]{10,}"),
    ("hooks.slack.com/", r"\bhooks\.slack\.com/[a-z]+/[\w/-]{20,}"),
    ("/api/webhooks/", r"/api/webhooks/\d+/[\w-]{20,}"), (":AA", r"\b\d{8,10}:AA[\w-]{30,}"),
    ("SG.", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"), ("key-", r"\bkey-[0-9a-f]{32}\b"),
    ("-us", r"\b[0-9a-f]{32}-us\d{1,2}\b"), ("xkeysib-", r"\bxkeysib-[\w-]{30,}"), ("SK", r"\bSK[0-9a-f]{32}\b"),
    # JSON Web Tokens (RFC 7519), and hashes of passwords
    ("eyJ", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?"), ("$2", r"\$2[abxy]\$\d\d\$[\w./]{20,}"),
    ("$argon2", r"\$argon2\w+\$[\w./$+,=-]{20,}"), ("$5$", r"\$5\$[\w./$=]{20,}"), ("$6$", r"\$6\$[\w./$=]{20,}"),
    ("$pbkdf2", r"\$pbkdf2[\w-]*\$[\w./$+=]{20,}"),
)  # fmt: skip

COMPILED = tuple((mark, re.compile(pattern)) for mark, pattern in FORMATS)
