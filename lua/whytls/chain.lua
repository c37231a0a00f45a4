-- whytls.chain - which certificate of the chain a failing check is about.
local chain = {}

-- The certificate with this depth (0 is the leaf); nil when it was not sent but came from a store.
function chain.at(sent, depth) return sent and sent[depth + 1] end

-- What to call a certificate in a sentence.
function chain.called(certificate)
    return certificate and (certificate.subject.cn or certificate.subject.o or certificate.subject.text)
end

-- The path of its field as evidence; nil where no path leads to it.
function chain.path(sent, depth, field)
    local place = depth == 0 and "leaf" or depth == 1 and sent[2] and "issuer" or depth == #sent - 1 and "top"
    return place and ("server_leg.chain.%s.%s"):format(place, field) or nil
end

return chain
