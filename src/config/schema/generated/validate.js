// Generated from schemas/fleet.schema.json by `npm run generate`. Do not edit.
var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// node_modules/ajv/dist/runtime/ucs2length.js
var require_ucs2length = __commonJS({
  "node_modules/ajv/dist/runtime/ucs2length.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    function ucs2length(str) {
      const len = str.length;
      let length = 0;
      let pos = 0;
      let value;
      while (pos < len) {
        length++;
        value = str.charCodeAt(pos++);
        if (value >= 55296 && value <= 56319 && pos < len) {
          value = str.charCodeAt(pos);
          if ((value & 64512) === 56320)
            pos++;
        }
      }
      return length;
    }
    exports.default = ucs2length;
    ucs2length.code = 'require("ajv/dist/runtime/ucs2length").default';
  }
});

// validate.js
var validate = validate10;
var validate_default = validate10;
var func2 = require_ucs2length().default;
var pattern0 = new RegExp("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "u");
var schema16 = { "description": "`kvm`: hardware virtualisation. `qemu`: software emulation. `auto` (default): kvm where it really runs firmware on this host, else qemu; decided when a VM is made.", "type": "string", "enum": ["auto", "kvm", "qemu"], "examples": ["auto"] };
var schema18 = { "title": "FleetVagrant", "description": "How vagrant is run.", "type": "object", "additionalProperties": false, "properties": { "runner": { "description": "Where vagrant runs. `local` (default): on this machine. `container`: in a container on this machine, through docker or podman; vagrant need not be installed then.", "type": "string", "enum": ["local", "container"], "examples": ["local", "container"] }, "image": { "description": "The container image that has vagrant and vagrant-libvirt; of use with `runner: container`. Default: `vagrantlibvirt/vagrant-libvirt:edge-slim`.", "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$", "patternErrorMessage": "an image looks like name, owner/name:tag or registry:5000/owner/name@sha256:\u2026", "maxLength": 512, "examples": ["vagrantlibvirt/vagrant-libvirt:edge-slim"] } }, "examples": [{ "runner": "local" }] };
var pattern1 = new RegExp("^[a-z][a-z0-9]*(\\+[a-z0-9]+)?://[!-~]*$", "u");
var pattern2 = new RegExp("^[A-Za-z0-9_][A-Za-z0-9_.+-]*$", "u");
var pattern3 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$", "u");
function validate11(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!(key0 === "uri" || key0 === "accelerator" || key0 === "storagePool" || key0 === "vagrant")) {
        const err0 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
    }
    if (data.uri !== void 0) {
      let data0 = data.uri;
      if (typeof data0 === "string") {
        if (func2(data0) > 1024) {
          const err1 = { instancePath: instancePath + "/uri", schemaPath: "#/definitions/uri/maxLength", keyword: "maxLength", params: { limit: 1024 }, message: "must NOT have more than 1024 characters" };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
        if (!pattern1.test(data0)) {
          const err2 = { instancePath: instancePath + "/uri", schemaPath: "#/definitions/uri/pattern", keyword: "pattern", params: { pattern: "^[a-z][a-z0-9]*(\\+[a-z0-9]+)?://[!-~]*$" }, message: 'must match pattern "^[a-z][a-z0-9]*(\\+[a-z0-9]+)?://[!-~]*$"' };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      } else {
        const err3 = { instancePath: instancePath + "/uri", schemaPath: "#/definitions/uri/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err3];
        } else {
          vErrors.push(err3);
        }
        errors++;
      }
    }
    if (data.accelerator !== void 0) {
      let data1 = data.accelerator;
      if (typeof data1 !== "string") {
        const err4 = { instancePath: instancePath + "/accelerator", schemaPath: "#/definitions/accelerator/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err4];
        } else {
          vErrors.push(err4);
        }
        errors++;
      }
      if (!(data1 === "auto" || data1 === "kvm" || data1 === "qemu")) {
        const err5 = { instancePath: instancePath + "/accelerator", schemaPath: "#/definitions/accelerator/enum", keyword: "enum", params: { allowedValues: schema16.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err5];
        } else {
          vErrors.push(err5);
        }
        errors++;
      }
    }
    if (data.storagePool !== void 0) {
      let data2 = data.storagePool;
      if (typeof data2 === "string") {
        if (func2(data2) > 64) {
          const err6 = { instancePath: instancePath + "/storagePool", schemaPath: "#/definitions/storagePool/maxLength", keyword: "maxLength", params: { limit: 64 }, message: "must NOT have more than 64 characters" };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
        if (!pattern2.test(data2)) {
          const err7 = { instancePath: instancePath + "/storagePool", schemaPath: "#/definitions/storagePool/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9_][A-Za-z0-9_.+-]*$" }, message: 'must match pattern "^[A-Za-z0-9_][A-Za-z0-9_.+-]*$"' };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      } else {
        const err8 = { instancePath: instancePath + "/storagePool", schemaPath: "#/definitions/storagePool/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err8];
        } else {
          vErrors.push(err8);
        }
        errors++;
      }
    }
    if (data.vagrant !== void 0) {
      let data3 = data.vagrant;
      if (data3 && typeof data3 == "object" && !Array.isArray(data3)) {
        for (const key1 in data3) {
          if (!(key1 === "runner" || key1 === "image")) {
            const err9 = { instancePath: instancePath + "/vagrant", schemaPath: "#/definitions/vagrant/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
        }
        if (data3.runner !== void 0) {
          let data4 = data3.runner;
          if (typeof data4 !== "string") {
            const err10 = { instancePath: instancePath + "/vagrant/runner", schemaPath: "#/definitions/vagrant/properties/runner/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
          if (!(data4 === "local" || data4 === "container")) {
            const err11 = { instancePath: instancePath + "/vagrant/runner", schemaPath: "#/definitions/vagrant/properties/runner/enum", keyword: "enum", params: { allowedValues: schema18.properties.runner.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
        }
        if (data3.image !== void 0) {
          let data5 = data3.image;
          if (typeof data5 === "string") {
            if (func2(data5) > 512) {
              const err12 = { instancePath: instancePath + "/vagrant/image", schemaPath: "#/definitions/vagrant/properties/image/maxLength", keyword: "maxLength", params: { limit: 512 }, message: "must NOT have more than 512 characters" };
              if (vErrors === null) {
                vErrors = [err12];
              } else {
                vErrors.push(err12);
              }
              errors++;
            }
            if (!pattern3.test(data5)) {
              const err13 = { instancePath: instancePath + "/vagrant/image", schemaPath: "#/definitions/vagrant/properties/image/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$" }, message: 'must match pattern "^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$"' };
              if (vErrors === null) {
                vErrors = [err13];
              } else {
                vErrors.push(err13);
              }
              errors++;
            }
          } else {
            const err14 = { instancePath: instancePath + "/vagrant/image", schemaPath: "#/definitions/vagrant/properties/image/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err14];
            } else {
              vErrors.push(err14);
            }
            errors++;
          }
        }
      } else {
        const err15 = { instancePath: instancePath + "/vagrant", schemaPath: "#/definitions/vagrant/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err15];
        } else {
          vErrors.push(err15);
        }
        errors++;
      }
    }
  } else {
    const err16 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err16];
    } else {
      vErrors.push(err16);
    }
    errors++;
  }
  validate11.errors = vErrors;
  return errors === 0;
}
var schema19 = { "title": "FleetOrchestrator", "description": "Where the nodes boot from, by UEFI HTTP boot: `domain` for the orchestrator's usual boot URL, or `bootUrl`. The fleet's own networks then tell the firmware so.", "type": "object", "additionalProperties": false, "properties": { "domain": { "description": "The orchestrator's domain. Nodes boot from https://tinkerbell-haproxy.<domain>/tink-stack/signed_ipxe.efi.", "type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$", "patternErrorMessage": "a domain is made of letters, digits, hyphens and dots, such as orchestrator.example.com", "maxLength": 200, "examples": ["orchestrator.example.com"] }, "bootUrl": { "description": "The boot file's URL, instead of the one that follows from `domain`.", "type": "string", "pattern": "^https?://[A-Za-z0-9._~:/?@!$&()*+;=%\\[\\]-]+$", "patternErrorMessage": "a boot URL begins with https:// (or http://) and holds no space, comma, quote or #", "maxLength": 255, "examples": ["https://boot.example.com/signed.efi"] }, "caCertificate": { "description": "A PEM file with the certificate of the authority that signed the boot server's, or a chain of them; relative to this file. ven puts it into the firmware of every UEFI VM, which trusts no other.", "type": "string", "minLength": 1, "maxLength": 4096, "examples": ["Full_server.crt"] }, "onboarding": { "description": "How the orchestrator gets to know the nodes. `interactive`: ven logs in at each node's console. `non-interactive`: ven registers each node's serial number before its first start. `none` (default): not through ven.", "type": "string", "enum": ["interactive", "non-interactive", "none"], "examples": ["non-interactive"] }, "project": { "description": "The orchestrator's project that the nodes belong to. Needed to register nodes, and to ask what became of them.", "type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", "patternErrorMessage": "a project's name is made of letters, digits and . _ -", "maxLength": 253, "examples": ["infra-proj-1"] }, "credentials": { "title": "FleetCredentials", "description": "Where the user name and the password are: of the person who onboards the nodes (`interactive`), or of the project's API (`non-interactive`). Default: the variables ONBOARDING_USERNAME and ONBOARDING_PASSWORD, or PROJECT_API_USER and PROJECT_API_PASSWORD; what is not set is asked for on a terminal.", "type": "object", "additionalProperties": false, "required": ["username", "password"], "properties": { "username": { "$ref": "#/definitions/secretReference" }, "password": { "$ref": "#/definitions/secretReference" } }, "examples": [{ "username": { "env": "LAB_USER" }, "password": { "file": "secrets/lab-password" } }] }, "profile": { "description": "What a node says and needs on its way to ready. `edge-node` (default) comes along with ven; or the path of a file of your own, relative to this file, beginning with ./, ../ or /.", "type": "string", "minLength": 1, "maxLength": 4096, "examples": ["edge-node", "./my-profile.yaml"] }, "removeHosts": { "description": "When a VM is taken away, its host is removed from the orchestrator's project, too. Default: false.", "type": "boolean", "examples": [true] } }, "examples": [{ "domain": "orchestrator.example.com", "caCertificate": "Full_server.crt" }] };
var pattern4 = new RegExp("^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$", "u");
var pattern5 = new RegExp("^https?://[A-Za-z0-9._~:/?@!$&()*+;=%\\[\\]-]+$", "u");
var pattern6 = new RegExp("^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", "u");
var pattern7 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");
function validate13(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!(key0 === "domain" || key0 === "bootUrl" || key0 === "caCertificate" || key0 === "onboarding" || key0 === "project" || key0 === "credentials" || key0 === "profile" || key0 === "removeHosts")) {
        const err0 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
    }
    if (data.domain !== void 0) {
      let data0 = data.domain;
      if (typeof data0 === "string") {
        if (func2(data0) > 200) {
          const err1 = { instancePath: instancePath + "/domain", schemaPath: "#/properties/domain/maxLength", keyword: "maxLength", params: { limit: 200 }, message: "must NOT have more than 200 characters" };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
        if (!pattern4.test(data0)) {
          const err2 = { instancePath: instancePath + "/domain", schemaPath: "#/properties/domain/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$" }, message: 'must match pattern "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"' };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      } else {
        const err3 = { instancePath: instancePath + "/domain", schemaPath: "#/properties/domain/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err3];
        } else {
          vErrors.push(err3);
        }
        errors++;
      }
    }
    if (data.bootUrl !== void 0) {
      let data1 = data.bootUrl;
      if (typeof data1 === "string") {
        if (func2(data1) > 255) {
          const err4 = { instancePath: instancePath + "/bootUrl", schemaPath: "#/properties/bootUrl/maxLength", keyword: "maxLength", params: { limit: 255 }, message: "must NOT have more than 255 characters" };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
        if (!pattern5.test(data1)) {
          const err5 = { instancePath: instancePath + "/bootUrl", schemaPath: "#/properties/bootUrl/pattern", keyword: "pattern", params: { pattern: "^https?://[A-Za-z0-9._~:/?@!$&()*+;=%\\[\\]-]+$" }, message: 'must match pattern "^https?://[A-Za-z0-9._~:/?@!$&()*+;=%\\[\\]-]+$"' };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      } else {
        const err6 = { instancePath: instancePath + "/bootUrl", schemaPath: "#/properties/bootUrl/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err6];
        } else {
          vErrors.push(err6);
        }
        errors++;
      }
    }
    if (data.caCertificate !== void 0) {
      let data2 = data.caCertificate;
      if (typeof data2 === "string") {
        if (func2(data2) > 4096) {
          const err7 = { instancePath: instancePath + "/caCertificate", schemaPath: "#/properties/caCertificate/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
        if (func2(data2) < 1) {
          const err8 = { instancePath: instancePath + "/caCertificate", schemaPath: "#/properties/caCertificate/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      } else {
        const err9 = { instancePath: instancePath + "/caCertificate", schemaPath: "#/properties/caCertificate/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err9];
        } else {
          vErrors.push(err9);
        }
        errors++;
      }
    }
    if (data.onboarding !== void 0) {
      let data3 = data.onboarding;
      if (typeof data3 !== "string") {
        const err10 = { instancePath: instancePath + "/onboarding", schemaPath: "#/properties/onboarding/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err10];
        } else {
          vErrors.push(err10);
        }
        errors++;
      }
      if (!(data3 === "interactive" || data3 === "non-interactive" || data3 === "none")) {
        const err11 = { instancePath: instancePath + "/onboarding", schemaPath: "#/properties/onboarding/enum", keyword: "enum", params: { allowedValues: schema19.properties.onboarding.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err11];
        } else {
          vErrors.push(err11);
        }
        errors++;
      }
    }
    if (data.project !== void 0) {
      let data4 = data.project;
      if (typeof data4 === "string") {
        if (func2(data4) > 253) {
          const err12 = { instancePath: instancePath + "/project", schemaPath: "#/properties/project/maxLength", keyword: "maxLength", params: { limit: 253 }, message: "must NOT have more than 253 characters" };
          if (vErrors === null) {
            vErrors = [err12];
          } else {
            vErrors.push(err12);
          }
          errors++;
        }
        if (!pattern6.test(data4)) {
          const err13 = { instancePath: instancePath + "/project", schemaPath: "#/properties/project/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$" }, message: 'must match pattern "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"' };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        }
      } else {
        const err14 = { instancePath: instancePath + "/project", schemaPath: "#/properties/project/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err14];
        } else {
          vErrors.push(err14);
        }
        errors++;
      }
    }
    if (data.credentials !== void 0) {
      let data5 = data.credentials;
      if (data5 && typeof data5 == "object" && !Array.isArray(data5)) {
        if (data5.username === void 0) {
          const err15 = { instancePath: instancePath + "/credentials", schemaPath: "#/properties/credentials/required", keyword: "required", params: { missingProperty: "username" }, message: "must have required property 'username'" };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
        if (data5.password === void 0) {
          const err16 = { instancePath: instancePath + "/credentials", schemaPath: "#/properties/credentials/required", keyword: "required", params: { missingProperty: "password" }, message: "must have required property 'password'" };
          if (vErrors === null) {
            vErrors = [err16];
          } else {
            vErrors.push(err16);
          }
          errors++;
        }
        for (const key1 in data5) {
          if (!(key1 === "username" || key1 === "password")) {
            const err17 = { instancePath: instancePath + "/credentials", schemaPath: "#/properties/credentials/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
            if (vErrors === null) {
              vErrors = [err17];
            } else {
              vErrors.push(err17);
            }
            errors++;
          }
        }
        if (data5.username !== void 0) {
          let data6 = data5.username;
          if (data6 && typeof data6 == "object" && !Array.isArray(data6)) {
            if (Object.keys(data6).length > 1) {
              const err18 = { instancePath: instancePath + "/credentials/username", schemaPath: "#/definitions/secretReference/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
              if (vErrors === null) {
                vErrors = [err18];
              } else {
                vErrors.push(err18);
              }
              errors++;
            }
            if (Object.keys(data6).length < 1) {
              const err19 = { instancePath: instancePath + "/credentials/username", schemaPath: "#/definitions/secretReference/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
              if (vErrors === null) {
                vErrors = [err19];
              } else {
                vErrors.push(err19);
              }
              errors++;
            }
            for (const key2 in data6) {
              if (!(key2 === "env" || key2 === "file")) {
                const err20 = { instancePath: instancePath + "/credentials/username", schemaPath: "#/definitions/secretReference/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key2 }, message: "must NOT have additional properties" };
                if (vErrors === null) {
                  vErrors = [err20];
                } else {
                  vErrors.push(err20);
                }
                errors++;
              }
            }
            if (data6.env !== void 0) {
              let data7 = data6.env;
              if (typeof data7 === "string") {
                if (func2(data7) > 256) {
                  const err21 = { instancePath: instancePath + "/credentials/username/env", schemaPath: "#/definitions/secretReference/properties/env/maxLength", keyword: "maxLength", params: { limit: 256 }, message: "must NOT have more than 256 characters" };
                  if (vErrors === null) {
                    vErrors = [err21];
                  } else {
                    vErrors.push(err21);
                  }
                  errors++;
                }
                if (!pattern7.test(data7)) {
                  const err22 = { instancePath: instancePath + "/credentials/username/env", schemaPath: "#/definitions/secretReference/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
                  if (vErrors === null) {
                    vErrors = [err22];
                  } else {
                    vErrors.push(err22);
                  }
                  errors++;
                }
              } else {
                const err23 = { instancePath: instancePath + "/credentials/username/env", schemaPath: "#/definitions/secretReference/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err23];
                } else {
                  vErrors.push(err23);
                }
                errors++;
              }
            }
            if (data6.file !== void 0) {
              let data8 = data6.file;
              if (typeof data8 === "string") {
                if (func2(data8) > 4096) {
                  const err24 = { instancePath: instancePath + "/credentials/username/file", schemaPath: "#/definitions/secretReference/properties/file/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                  if (vErrors === null) {
                    vErrors = [err24];
                  } else {
                    vErrors.push(err24);
                  }
                  errors++;
                }
                if (func2(data8) < 1) {
                  const err25 = { instancePath: instancePath + "/credentials/username/file", schemaPath: "#/definitions/secretReference/properties/file/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                  if (vErrors === null) {
                    vErrors = [err25];
                  } else {
                    vErrors.push(err25);
                  }
                  errors++;
                }
              } else {
                const err26 = { instancePath: instancePath + "/credentials/username/file", schemaPath: "#/definitions/secretReference/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err26];
                } else {
                  vErrors.push(err26);
                }
                errors++;
              }
            }
          } else {
            const err27 = { instancePath: instancePath + "/credentials/username", schemaPath: "#/definitions/secretReference/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            if (vErrors === null) {
              vErrors = [err27];
            } else {
              vErrors.push(err27);
            }
            errors++;
          }
        }
        if (data5.password !== void 0) {
          let data9 = data5.password;
          if (data9 && typeof data9 == "object" && !Array.isArray(data9)) {
            if (Object.keys(data9).length > 1) {
              const err28 = { instancePath: instancePath + "/credentials/password", schemaPath: "#/definitions/secretReference/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
              if (vErrors === null) {
                vErrors = [err28];
              } else {
                vErrors.push(err28);
              }
              errors++;
            }
            if (Object.keys(data9).length < 1) {
              const err29 = { instancePath: instancePath + "/credentials/password", schemaPath: "#/definitions/secretReference/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
              if (vErrors === null) {
                vErrors = [err29];
              } else {
                vErrors.push(err29);
              }
              errors++;
            }
            for (const key3 in data9) {
              if (!(key3 === "env" || key3 === "file")) {
                const err30 = { instancePath: instancePath + "/credentials/password", schemaPath: "#/definitions/secretReference/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key3 }, message: "must NOT have additional properties" };
                if (vErrors === null) {
                  vErrors = [err30];
                } else {
                  vErrors.push(err30);
                }
                errors++;
              }
            }
            if (data9.env !== void 0) {
              let data10 = data9.env;
              if (typeof data10 === "string") {
                if (func2(data10) > 256) {
                  const err31 = { instancePath: instancePath + "/credentials/password/env", schemaPath: "#/definitions/secretReference/properties/env/maxLength", keyword: "maxLength", params: { limit: 256 }, message: "must NOT have more than 256 characters" };
                  if (vErrors === null) {
                    vErrors = [err31];
                  } else {
                    vErrors.push(err31);
                  }
                  errors++;
                }
                if (!pattern7.test(data10)) {
                  const err32 = { instancePath: instancePath + "/credentials/password/env", schemaPath: "#/definitions/secretReference/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
                  if (vErrors === null) {
                    vErrors = [err32];
                  } else {
                    vErrors.push(err32);
                  }
                  errors++;
                }
              } else {
                const err33 = { instancePath: instancePath + "/credentials/password/env", schemaPath: "#/definitions/secretReference/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err33];
                } else {
                  vErrors.push(err33);
                }
                errors++;
              }
            }
            if (data9.file !== void 0) {
              let data11 = data9.file;
              if (typeof data11 === "string") {
                if (func2(data11) > 4096) {
                  const err34 = { instancePath: instancePath + "/credentials/password/file", schemaPath: "#/definitions/secretReference/properties/file/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                  if (vErrors === null) {
                    vErrors = [err34];
                  } else {
                    vErrors.push(err34);
                  }
                  errors++;
                }
                if (func2(data11) < 1) {
                  const err35 = { instancePath: instancePath + "/credentials/password/file", schemaPath: "#/definitions/secretReference/properties/file/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                  if (vErrors === null) {
                    vErrors = [err35];
                  } else {
                    vErrors.push(err35);
                  }
                  errors++;
                }
              } else {
                const err36 = { instancePath: instancePath + "/credentials/password/file", schemaPath: "#/definitions/secretReference/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err36];
                } else {
                  vErrors.push(err36);
                }
                errors++;
              }
            }
          } else {
            const err37 = { instancePath: instancePath + "/credentials/password", schemaPath: "#/definitions/secretReference/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            if (vErrors === null) {
              vErrors = [err37];
            } else {
              vErrors.push(err37);
            }
            errors++;
          }
        }
      } else {
        const err38 = { instancePath: instancePath + "/credentials", schemaPath: "#/properties/credentials/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err38];
        } else {
          vErrors.push(err38);
        }
        errors++;
      }
    }
    if (data.profile !== void 0) {
      let data12 = data.profile;
      if (typeof data12 === "string") {
        if (func2(data12) > 4096) {
          const err39 = { instancePath: instancePath + "/profile", schemaPath: "#/properties/profile/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
          if (vErrors === null) {
            vErrors = [err39];
          } else {
            vErrors.push(err39);
          }
          errors++;
        }
        if (func2(data12) < 1) {
          const err40 = { instancePath: instancePath + "/profile", schemaPath: "#/properties/profile/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          if (vErrors === null) {
            vErrors = [err40];
          } else {
            vErrors.push(err40);
          }
          errors++;
        }
      } else {
        const err41 = { instancePath: instancePath + "/profile", schemaPath: "#/properties/profile/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err41];
        } else {
          vErrors.push(err41);
        }
        errors++;
      }
    }
    if (data.removeHosts !== void 0) {
      if (typeof data.removeHosts !== "boolean") {
        const err42 = { instancePath: instancePath + "/removeHosts", schemaPath: "#/properties/removeHosts/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err42];
        } else {
          vErrors.push(err42);
        }
        errors++;
      }
    }
  } else {
    const err43 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err43];
    } else {
      vErrors.push(err43);
    }
    errors++;
  }
  validate13.errors = vErrors;
  return errors === 0;
}
var schema23 = { "title": "FleetNetwork", "description": "One network. Either the fleet's own (libvirt network `<fleet>_<name>` with a bridge of its own), or `existing`.", "type": "object", "additionalProperties": false, "properties": { "mode": { "description": "`nat` (default): the VMs reach the world through the host. `isolated`: they reach one another and the host only. `route`: their packets are routed unchanged; the world must know the way back.", "type": "string", "enum": ["nat", "isolated", "route"], "examples": ["nat"] }, "subnet": { "description": "IPv4 subnet in CIDR notation, /8 to /30; its first host address is the gateway. `auto` (default): a free /24 is chosen when the network is made, and kept.", "type": "string", "pattern": "^(auto|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2})$", "patternErrorMessage": "a subnet is `auto` or CIDR notation such as 192.168.150.0/24", "examples": ["192.168.150.0/24"] }, "dhcp": { "description": "The range of addresses that DHCP gives out, or `false` for no DHCP. Default: .3 to .155 of the subnet, as far as it reaches.", "anyOf": [{ "title": "FleetDhcp", "type": "object", "additionalProperties": false, "required": ["start", "end"], "properties": { "start": { "description": "First address that DHCP gives out.", "type": "string", "maxLength": 15, "examples": ["192.168.150.3"] }, "end": { "description": "Last address that DHCP gives out.", "type": "string", "maxLength": 15, "examples": ["192.168.150.155"] } } }, { "type": "boolean", "const": false }], "examples": [{ "start": "192.168.150.3", "end": "192.168.150.155" }] }, "dns": { "title": "FleetDns", "description": "Names that the network's DNS server answers by itself.", "type": "object", "additionalProperties": false, "properties": { "hosts": { "description": "IPv4 addresses, each with the list of names that resolve to it.", "type": "object", "maxProperties": 1e3, "additionalProperties": { "type": "array", "minItems": 1, "maxItems": 100, "items": { "description": "A host name.", "type": "string", "pattern": "^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$", "patternErrorMessage": "a host name is made of letters, digits, hyphens and dots", "maxLength": 253, "examples": ["registry.lab.internal"] } }, "examples": [{ "192.168.150.1": ["registry.lab.internal"] }] } }, "examples": [{ "hosts": { "192.168.150.1": ["registry.lab.internal"] } }] }, "httpBoot": { "description": "Whether the network tells UEFI firmware where to boot from. Default, for the fleet's own networks: true when there is an `orchestrator`. For an `existing` one: false; with true ven adds the boot options to somebody else's network, starts it anew (its VMs are attached again at once), and puts it back as it was when the last fleet that wants them is destroyed.", "type": "boolean", "examples": [true] }, "existing": { "description": "The name of a libvirt network that exists already and is somebody else's. ven attaches VMs to it, and changes nothing of it unless `httpBoot: true` is said beside it.", "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.:+@-]*$", "patternErrorMessage": "the name of an existing network is made of letters, digits and _ . : + @ -", "maxLength": 64, "examples": ["default"] } }, "if": { "required": ["existing"] }, "then": { "properties": { "mode": false, "subnet": false, "dhcp": false, "dns": false } }, "examples": [{ "subnet": "192.168.150.0/24" }] };
var pattern10 = new RegExp("^(auto|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2})$", "u");
var pattern11 = new RegExp("^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$", "u");
var pattern12 = new RegExp("^[A-Za-z0-9_][A-Za-z0-9_.:+@-]*$", "u");
function validate15(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (Object.keys(data).length > 500) {
      const err0 = { instancePath, schemaPath: "#/maxProperties", keyword: "maxProperties", params: { limit: 500 }, message: "must NOT have more than 500 properties" };
      if (vErrors === null) {
        vErrors = [err0];
      } else {
        vErrors.push(err0);
      }
      errors++;
    }
    for (const key0 in data) {
      const _errs1 = errors;
      if (typeof key0 === "string") {
        if (func2(key0) > 63) {
          const err1 = { instancePath, schemaPath: "#/propertyNames/maxLength", keyword: "maxLength", params: { limit: 63 }, message: "must NOT have more than 63 characters", propertyName: key0 };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
        if (!pattern0.test(key0)) {
          const err2 = { instancePath, schemaPath: "#/propertyNames/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"', propertyName: key0 };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      var valid0 = _errs1 === errors;
      if (!valid0) {
        const err3 = { instancePath, schemaPath: "#/propertyNames", keyword: "propertyNames", params: { propertyName: key0 }, message: "property name must be valid" };
        if (vErrors === null) {
          vErrors = [err3];
        } else {
          vErrors.push(err3);
        }
        errors++;
      }
    }
    for (const key1 in data) {
      let data0 = data[key1];
      const _errs6 = errors;
      let valid3 = true;
      const _errs7 = errors;
      if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
        let missing0;
        if (data0.existing === void 0 && (missing0 = "existing")) {
          const err4 = {};
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      var _valid0 = _errs7 === errors;
      errors = _errs6;
      if (vErrors !== null) {
        if (_errs6) {
          vErrors.length = _errs6;
        } else {
          vErrors = null;
        }
      }
      if (_valid0) {
        const _errs8 = errors;
        if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
          if (data0.mode !== void 0) {
            const err5 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/mode", schemaPath: "#/definitions/network/then/properties/mode/false schema", keyword: "false schema", params: {}, message: "boolean schema is false" };
            if (vErrors === null) {
              vErrors = [err5];
            } else {
              vErrors.push(err5);
            }
            errors++;
          }
          if (data0.subnet !== void 0) {
            const err6 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/subnet", schemaPath: "#/definitions/network/then/properties/subnet/false schema", keyword: "false schema", params: {}, message: "boolean schema is false" };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
          if (data0.dhcp !== void 0) {
            const err7 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/then/properties/dhcp/false schema", keyword: "false schema", params: {}, message: "boolean schema is false" };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
          if (data0.dns !== void 0) {
            const err8 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns", schemaPath: "#/definitions/network/then/properties/dns/false schema", keyword: "false schema", params: {}, message: "boolean schema is false" };
            if (vErrors === null) {
              vErrors = [err8];
            } else {
              vErrors.push(err8);
            }
            errors++;
          }
        }
        var _valid0 = _errs8 === errors;
        valid3 = _valid0;
      }
      if (!valid3) {
        const err9 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/definitions/network/if", keyword: "if", params: { failingKeyword: "then" }, message: 'must match "then" schema' };
        if (vErrors === null) {
          vErrors = [err9];
        } else {
          vErrors.push(err9);
        }
        errors++;
      }
      if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
        for (const key2 in data0) {
          if (!(key2 === "mode" || key2 === "subnet" || key2 === "dhcp" || key2 === "dns" || key2 === "httpBoot" || key2 === "existing")) {
            const err10 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/definitions/network/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key2 }, message: "must NOT have additional properties" };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
        }
        if (data0.mode !== void 0) {
          let data5 = data0.mode;
          if (typeof data5 !== "string") {
            const err11 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/mode", schemaPath: "#/definitions/network/properties/mode/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
          if (!(data5 === "nat" || data5 === "isolated" || data5 === "route")) {
            const err12 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/mode", schemaPath: "#/definitions/network/properties/mode/enum", keyword: "enum", params: { allowedValues: schema23.properties.mode.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err12];
            } else {
              vErrors.push(err12);
            }
            errors++;
          }
        }
        if (data0.subnet !== void 0) {
          let data6 = data0.subnet;
          if (typeof data6 === "string") {
            if (!pattern10.test(data6)) {
              const err13 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/subnet", schemaPath: "#/definitions/network/properties/subnet/pattern", keyword: "pattern", params: { pattern: "^(auto|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2})$" }, message: 'must match pattern "^(auto|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2})$"' };
              if (vErrors === null) {
                vErrors = [err13];
              } else {
                vErrors.push(err13);
              }
              errors++;
            }
          } else {
            const err14 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/subnet", schemaPath: "#/definitions/network/properties/subnet/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err14];
            } else {
              vErrors.push(err14);
            }
            errors++;
          }
        }
        if (data0.dhcp !== void 0) {
          let data7 = data0.dhcp;
          const _errs15 = errors;
          let valid6 = false;
          const _errs16 = errors;
          if (data7 && typeof data7 == "object" && !Array.isArray(data7)) {
            if (data7.start === void 0) {
              const err15 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/required", keyword: "required", params: { missingProperty: "start" }, message: "must have required property 'start'" };
              if (vErrors === null) {
                vErrors = [err15];
              } else {
                vErrors.push(err15);
              }
              errors++;
            }
            if (data7.end === void 0) {
              const err16 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/required", keyword: "required", params: { missingProperty: "end" }, message: "must have required property 'end'" };
              if (vErrors === null) {
                vErrors = [err16];
              } else {
                vErrors.push(err16);
              }
              errors++;
            }
            for (const key3 in data7) {
              if (!(key3 === "start" || key3 === "end")) {
                const err17 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key3 }, message: "must NOT have additional properties" };
                if (vErrors === null) {
                  vErrors = [err17];
                } else {
                  vErrors.push(err17);
                }
                errors++;
              }
            }
            if (data7.start !== void 0) {
              let data8 = data7.start;
              if (typeof data8 === "string") {
                if (func2(data8) > 15) {
                  const err18 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp/start", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/properties/start/maxLength", keyword: "maxLength", params: { limit: 15 }, message: "must NOT have more than 15 characters" };
                  if (vErrors === null) {
                    vErrors = [err18];
                  } else {
                    vErrors.push(err18);
                  }
                  errors++;
                }
              } else {
                const err19 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp/start", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/properties/start/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err19];
                } else {
                  vErrors.push(err19);
                }
                errors++;
              }
            }
            if (data7.end !== void 0) {
              let data9 = data7.end;
              if (typeof data9 === "string") {
                if (func2(data9) > 15) {
                  const err20 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp/end", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/properties/end/maxLength", keyword: "maxLength", params: { limit: 15 }, message: "must NOT have more than 15 characters" };
                  if (vErrors === null) {
                    vErrors = [err20];
                  } else {
                    vErrors.push(err20);
                  }
                  errors++;
                }
              } else {
                const err21 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp/end", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/properties/end/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err21];
                } else {
                  vErrors.push(err21);
                }
                errors++;
              }
            }
          } else {
            const err22 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/properties/dhcp/anyOf/0/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            if (vErrors === null) {
              vErrors = [err22];
            } else {
              vErrors.push(err22);
            }
            errors++;
          }
          var _valid1 = _errs16 === errors;
          valid6 = valid6 || _valid1;
          if (!valid6) {
            const _errs23 = errors;
            if (typeof data7 !== "boolean") {
              const err23 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/properties/dhcp/anyOf/1/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              if (vErrors === null) {
                vErrors = [err23];
              } else {
                vErrors.push(err23);
              }
              errors++;
            }
            if (false !== data7) {
              const err24 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/properties/dhcp/anyOf/1/const", keyword: "const", params: { allowedValue: false }, message: "must be equal to constant" };
              if (vErrors === null) {
                vErrors = [err24];
              } else {
                vErrors.push(err24);
              }
              errors++;
            }
            var _valid1 = _errs23 === errors;
            valid6 = valid6 || _valid1;
          }
          if (!valid6) {
            const err25 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dhcp", schemaPath: "#/definitions/network/properties/dhcp/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            if (vErrors === null) {
              vErrors = [err25];
            } else {
              vErrors.push(err25);
            }
            errors++;
          } else {
            errors = _errs15;
            if (vErrors !== null) {
              if (_errs15) {
                vErrors.length = _errs15;
              } else {
                vErrors = null;
              }
            }
          }
        }
        if (data0.dns !== void 0) {
          let data10 = data0.dns;
          if (data10 && typeof data10 == "object" && !Array.isArray(data10)) {
            for (const key4 in data10) {
              if (!(key4 === "hosts")) {
                const err26 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns", schemaPath: "#/definitions/network/properties/dns/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key4 }, message: "must NOT have additional properties" };
                if (vErrors === null) {
                  vErrors = [err26];
                } else {
                  vErrors.push(err26);
                }
                errors++;
              }
            }
            if (data10.hosts !== void 0) {
              let data11 = data10.hosts;
              if (data11 && typeof data11 == "object" && !Array.isArray(data11)) {
                if (Object.keys(data11).length > 1e3) {
                  const err27 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts", schemaPath: "#/definitions/network/properties/dns/properties/hosts/maxProperties", keyword: "maxProperties", params: { limit: 1e3 }, message: "must NOT have more than 1000 properties" };
                  if (vErrors === null) {
                    vErrors = [err27];
                  } else {
                    vErrors.push(err27);
                  }
                  errors++;
                }
                for (const key5 in data11) {
                  let data12 = data11[key5];
                  if (Array.isArray(data12)) {
                    if (data12.length > 100) {
                      const err28 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/definitions/network/properties/dns/properties/hosts/additionalProperties/maxItems", keyword: "maxItems", params: { limit: 100 }, message: "must NOT have more than 100 items" };
                      if (vErrors === null) {
                        vErrors = [err28];
                      } else {
                        vErrors.push(err28);
                      }
                      errors++;
                    }
                    if (data12.length < 1) {
                      const err29 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/definitions/network/properties/dns/properties/hosts/additionalProperties/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
                      if (vErrors === null) {
                        vErrors = [err29];
                      } else {
                        vErrors.push(err29);
                      }
                      errors++;
                    }
                    const len0 = data12.length;
                    for (let i0 = 0; i0 < len0; i0++) {
                      let data13 = data12[i0];
                      if (typeof data13 === "string") {
                        if (func2(data13) > 253) {
                          const err30 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts/" + key5.replace(/~/g, "~0").replace(/\//g, "~1") + "/" + i0, schemaPath: "#/definitions/network/properties/dns/properties/hosts/additionalProperties/items/maxLength", keyword: "maxLength", params: { limit: 253 }, message: "must NOT have more than 253 characters" };
                          if (vErrors === null) {
                            vErrors = [err30];
                          } else {
                            vErrors.push(err30);
                          }
                          errors++;
                        }
                        if (!pattern11.test(data13)) {
                          const err31 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts/" + key5.replace(/~/g, "~0").replace(/\//g, "~1") + "/" + i0, schemaPath: "#/definitions/network/properties/dns/properties/hosts/additionalProperties/items/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$" }, message: 'must match pattern "^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$"' };
                          if (vErrors === null) {
                            vErrors = [err31];
                          } else {
                            vErrors.push(err31);
                          }
                          errors++;
                        }
                      } else {
                        const err32 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts/" + key5.replace(/~/g, "~0").replace(/\//g, "~1") + "/" + i0, schemaPath: "#/definitions/network/properties/dns/properties/hosts/additionalProperties/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                        if (vErrors === null) {
                          vErrors = [err32];
                        } else {
                          vErrors.push(err32);
                        }
                        errors++;
                      }
                    }
                  } else {
                    const err33 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/definitions/network/properties/dns/properties/hosts/additionalProperties/type", keyword: "type", params: { type: "array" }, message: "must be array" };
                    if (vErrors === null) {
                      vErrors = [err33];
                    } else {
                      vErrors.push(err33);
                    }
                    errors++;
                  }
                }
              } else {
                const err34 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns/hosts", schemaPath: "#/definitions/network/properties/dns/properties/hosts/type", keyword: "type", params: { type: "object" }, message: "must be object" };
                if (vErrors === null) {
                  vErrors = [err34];
                } else {
                  vErrors.push(err34);
                }
                errors++;
              }
            }
          } else {
            const err35 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/dns", schemaPath: "#/definitions/network/properties/dns/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            if (vErrors === null) {
              vErrors = [err35];
            } else {
              vErrors.push(err35);
            }
            errors++;
          }
        }
        if (data0.httpBoot !== void 0) {
          if (typeof data0.httpBoot !== "boolean") {
            const err36 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/httpBoot", schemaPath: "#/definitions/network/properties/httpBoot/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
            if (vErrors === null) {
              vErrors = [err36];
            } else {
              vErrors.push(err36);
            }
            errors++;
          }
        }
        if (data0.existing !== void 0) {
          let data15 = data0.existing;
          if (typeof data15 === "string") {
            if (func2(data15) > 64) {
              const err37 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/existing", schemaPath: "#/definitions/network/properties/existing/maxLength", keyword: "maxLength", params: { limit: 64 }, message: "must NOT have more than 64 characters" };
              if (vErrors === null) {
                vErrors = [err37];
              } else {
                vErrors.push(err37);
              }
              errors++;
            }
            if (!pattern12.test(data15)) {
              const err38 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/existing", schemaPath: "#/definitions/network/properties/existing/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9_][A-Za-z0-9_.:+@-]*$" }, message: 'must match pattern "^[A-Za-z0-9_][A-Za-z0-9_.:+@-]*$"' };
              if (vErrors === null) {
                vErrors = [err38];
              } else {
                vErrors.push(err38);
              }
              errors++;
            }
          } else {
            const err39 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1") + "/existing", schemaPath: "#/definitions/network/properties/existing/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err39];
            } else {
              vErrors.push(err39);
            }
            errors++;
          }
        }
      } else {
        const err40 = { instancePath: instancePath + "/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/definitions/network/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err40];
        } else {
          vErrors.push(err40);
        }
        errors++;
      }
    }
  } else {
    const err41 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err41];
    } else {
      vErrors.push(err41);
    }
    errors++;
  }
  validate15.errors = vErrors;
  return errors === 0;
}
var schema24 = { "title": "FleetDefaults", "description": "Settings for every VM that does not say otherwise. A key that a VM has itself replaces the default's whole value; lists are not joined.", "type": "object", "additionalProperties": false, "properties": { "cpus": { "$ref": "#/definitions/cpus" }, "memory": { "$ref": "#/definitions/memory" }, "disks": { "$ref": "#/definitions/disks" }, "firmware": { "$ref": "#/definitions/firmware" }, "tpm": { "$ref": "#/definitions/tpm" }, "boot": { "$ref": "#/definitions/boot" }, "pxe": { "$ref": "#/definitions/pxe" }, "nics": { "$ref": "#/definitions/nics" }, "graphics": { "$ref": "#/definitions/graphics" }, "autostart": { "$ref": "#/definitions/autostart" }, "power": { "$ref": "#/definitions/power" }, "protect": { "$ref": "#/definitions/protect" }, "shutdownTimeout": { "$ref": "#/definitions/shutdownTimeout" }, "title": { "$ref": "#/definitions/vmTitle" }, "description": { "$ref": "#/definitions/vmDescription" } }, "examples": [{ "memory": "8GiB" }] };
var schema33 = { "description": "What the firmware tries to boot from, in order. Default: disk, then network.", "type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true, "items": { "type": "string", "enum": ["disk", "network"] }, "examples": [["disk", "network"]] };
var schema40 = { "description": "Whether the VM should be `running` (default) or `off`.", "type": "string", "enum": ["running", "off"], "examples": ["running"] };
var func24 = Object.prototype.hasOwnProperty;
var pattern13 = new RegExp("^[0-9]{1,9}(MiB|GiB|TiB)$", "u");
var pattern22 = new RegExp("^[0-9]{1,4}(s|m)$", "u");
var schema28 = { "title": "FleetDisk", "description": "One disk, a qcow2 volume in a storage pool.", "type": "object", "additionalProperties": false, "required": ["size"], "properties": { "size": { "description": "Capacity, in MiB, GiB or TiB (powers of 1024), 1MiB to 64TiB. Growing a disk keeps its data.", "type": "string", "pattern": "^[0-9]{1,9}(MiB|GiB|TiB)$", "patternErrorMessage": "a size is a whole number and a binary unit: MiB, GiB or TiB", "examples": ["110GiB"] }, "bus": { "description": "How the disk is connected. Default: `sata`.", "type": "string", "enum": ["sata", "virtio", "scsi"], "examples": ["sata"] }, "pool": { "description": "The storage pool that holds it. Default: `host.storagePool`.", "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.+-]*$", "patternErrorMessage": "a pool's name is made of letters, digits and _ . + -", "maxLength": 64, "examples": ["default"] } }, "examples": [{ "size": "110GiB" }] };
function validate18(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (Array.isArray(data)) {
    if (data.length > 24) {
      const err0 = { instancePath, schemaPath: "#/maxItems", keyword: "maxItems", params: { limit: 24 }, message: "must NOT have more than 24 items" };
      if (vErrors === null) {
        vErrors = [err0];
      } else {
        vErrors.push(err0);
      }
      errors++;
    }
    const len0 = data.length;
    for (let i0 = 0; i0 < len0; i0++) {
      let data0 = data[i0];
      if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
        if (data0.size === void 0) {
          const err1 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/disk/required", keyword: "required", params: { missingProperty: "size" }, message: "must have required property 'size'" };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
        for (const key0 in data0) {
          if (!(key0 === "size" || key0 === "bus" || key0 === "pool")) {
            const err2 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/disk/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
        }
        if (data0.size !== void 0) {
          let data1 = data0.size;
          if (typeof data1 === "string") {
            if (!pattern13.test(data1)) {
              const err3 = { instancePath: instancePath + "/" + i0 + "/size", schemaPath: "#/definitions/disk/properties/size/pattern", keyword: "pattern", params: { pattern: "^[0-9]{1,9}(MiB|GiB|TiB)$" }, message: 'must match pattern "^[0-9]{1,9}(MiB|GiB|TiB)$"' };
              if (vErrors === null) {
                vErrors = [err3];
              } else {
                vErrors.push(err3);
              }
              errors++;
            }
          } else {
            const err4 = { instancePath: instancePath + "/" + i0 + "/size", schemaPath: "#/definitions/disk/properties/size/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err4];
            } else {
              vErrors.push(err4);
            }
            errors++;
          }
        }
        if (data0.bus !== void 0) {
          let data2 = data0.bus;
          if (typeof data2 !== "string") {
            const err5 = { instancePath: instancePath + "/" + i0 + "/bus", schemaPath: "#/definitions/disk/properties/bus/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err5];
            } else {
              vErrors.push(err5);
            }
            errors++;
          }
          if (!(data2 === "sata" || data2 === "virtio" || data2 === "scsi")) {
            const err6 = { instancePath: instancePath + "/" + i0 + "/bus", schemaPath: "#/definitions/disk/properties/bus/enum", keyword: "enum", params: { allowedValues: schema28.properties.bus.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
        }
        if (data0.pool !== void 0) {
          let data3 = data0.pool;
          if (typeof data3 === "string") {
            if (func2(data3) > 64) {
              const err7 = { instancePath: instancePath + "/" + i0 + "/pool", schemaPath: "#/definitions/disk/properties/pool/maxLength", keyword: "maxLength", params: { limit: 64 }, message: "must NOT have more than 64 characters" };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
            if (!pattern2.test(data3)) {
              const err8 = { instancePath: instancePath + "/" + i0 + "/pool", schemaPath: "#/definitions/disk/properties/pool/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9_][A-Za-z0-9_.+-]*$" }, message: 'must match pattern "^[A-Za-z0-9_][A-Za-z0-9_.+-]*$"' };
              if (vErrors === null) {
                vErrors = [err8];
              } else {
                vErrors.push(err8);
              }
              errors++;
            }
          } else {
            const err9 = { instancePath: instancePath + "/" + i0 + "/pool", schemaPath: "#/definitions/disk/properties/pool/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
        }
      } else {
        const err10 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/disk/type", keyword: "type", params: { type: "object" }, message: "must be object" };
        if (vErrors === null) {
          vErrors = [err10];
        } else {
          vErrors.push(err10);
        }
        errors++;
      }
    }
  } else {
    const err11 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "array" }, message: "must be array" };
    if (vErrors === null) {
      vErrors = [err11];
    } else {
      vErrors.push(err11);
    }
    errors++;
  }
  validate18.errors = vErrors;
  return errors === 0;
}
var schema29 = { "description": "`uefi` (default): without secure boot. `uefi-secure`: secure boot with the keys that the host's distribution enrolls. `bios`. Or a map: secure boot with keys of your own, the host's files for a UEFI of your own, or both.", "anyOf": [{ "type": "string", "enum": ["uefi", "uefi-secure", "bios"] }, { "title": "FleetFirmware", "type": "object", "additionalProperties": false, "properties": { "loader": { "description": "The firmware's code, a file of the host; with the ending .qcow2 a qcow2 image, else raw.", "type": "string", "pattern": "^/[^\\u0000-\\u001f\\u007f]+$", "patternErrorMessage": "a firmware file is an absolute path on the host", "maxLength": 1e3, "examples": ["/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"] }, "nvramTemplate": { "description": "What each VM's own variables start from, a file of the host. It must fit the loader.", "type": "string", "pattern": "^/[^\\u0000-\\u001f\\u007f]+$", "patternErrorMessage": "a firmware file is an absolute path on the host", "maxLength": 1e3, "examples": ["/usr/share/OVMF/OVMF_VARS_4M.fd"] }, "secureBoot": { "description": "Keys of your own: then only what they have signed boots, and the host's firmware for secure boot is used. With `loader`, `true` says that it is one for secure boot: it runs with SMM, and guards its variables; which keys count, the template says. Default: false.", "anyOf": [{ "type": "boolean" }, { "title": "FleetSecureBoot", "description": "The certificates that secure boot goes by, under UEFI's own names; ven enrolls them, and no others. Either `keys`, or at least `PK` and `db`.", "type": "object", "additionalProperties": false, "properties": { "keys": { "description": "A PEM file with one certificate that is PK, KEK and db at once, relative to this file.", "type": "string", "minLength": 1, "maxLength": 4096, "examples": ["certs/secure-boot.pem"] }, "PK": { "description": "The platform key: a PEM file with the certificate of the machine's owner, relative to this file.", "type": "string", "minLength": 1, "maxLength": 4096, "examples": ["certs/PK.pem"] }, "KEK": { "description": "Key exchange keys: PEM files with the certificates of those who may change `db` later. Default: that of `PK`.", "$ref": "#/definitions/certificateFiles" }, "db": { "description": "The signature database: PEM files with the certificates of those whose signed files boot.", "$ref": "#/definitions/certificateFiles" } }, "examples": [{ "keys": "certs/secure-boot.pem" }] }], "examples": [{ "keys": "certs/secure-boot.pem" }, true] } } }], "examples": ["uefi"] };
var pattern16 = new RegExp("^/[^\\u0000-\\u001f\\u007f]+$", "u");
function validate20(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  const _errs0 = errors;
  let valid0 = false;
  const _errs1 = errors;
  if (typeof data !== "string") {
    const err0 = { instancePath, schemaPath: "#/anyOf/0/type", keyword: "type", params: { type: "string" }, message: "must be string" };
    if (vErrors === null) {
      vErrors = [err0];
    } else {
      vErrors.push(err0);
    }
    errors++;
  }
  if (!(data === "uefi" || data === "uefi-secure" || data === "bios")) {
    const err1 = { instancePath, schemaPath: "#/anyOf/0/enum", keyword: "enum", params: { allowedValues: schema29.anyOf[0].enum }, message: "must be equal to one of the allowed values" };
    if (vErrors === null) {
      vErrors = [err1];
    } else {
      vErrors.push(err1);
    }
    errors++;
  }
  var _valid0 = _errs1 === errors;
  valid0 = valid0 || _valid0;
  if (!valid0) {
    const _errs3 = errors;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      for (const key0 in data) {
        if (!(key0 === "loader" || key0 === "nvramTemplate" || key0 === "secureBoot")) {
          const err2 = { instancePath, schemaPath: "#/anyOf/1/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      if (data.loader !== void 0) {
        let data0 = data.loader;
        if (typeof data0 === "string") {
          if (func2(data0) > 1e3) {
            const err3 = { instancePath: instancePath + "/loader", schemaPath: "#/anyOf/1/properties/loader/maxLength", keyword: "maxLength", params: { limit: 1e3 }, message: "must NOT have more than 1000 characters" };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
          if (!pattern16.test(data0)) {
            const err4 = { instancePath: instancePath + "/loader", schemaPath: "#/anyOf/1/properties/loader/pattern", keyword: "pattern", params: { pattern: "^/[^\\u0000-\\u001f\\u007f]+$" }, message: 'must match pattern "^/[^\\u0000-\\u001f\\u007f]+$"' };
            if (vErrors === null) {
              vErrors = [err4];
            } else {
              vErrors.push(err4);
            }
            errors++;
          }
        } else {
          const err5 = { instancePath: instancePath + "/loader", schemaPath: "#/anyOf/1/properties/loader/type", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.nvramTemplate !== void 0) {
        let data1 = data.nvramTemplate;
        if (typeof data1 === "string") {
          if (func2(data1) > 1e3) {
            const err6 = { instancePath: instancePath + "/nvramTemplate", schemaPath: "#/anyOf/1/properties/nvramTemplate/maxLength", keyword: "maxLength", params: { limit: 1e3 }, message: "must NOT have more than 1000 characters" };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
          if (!pattern16.test(data1)) {
            const err7 = { instancePath: instancePath + "/nvramTemplate", schemaPath: "#/anyOf/1/properties/nvramTemplate/pattern", keyword: "pattern", params: { pattern: "^/[^\\u0000-\\u001f\\u007f]+$" }, message: 'must match pattern "^/[^\\u0000-\\u001f\\u007f]+$"' };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        } else {
          const err8 = { instancePath: instancePath + "/nvramTemplate", schemaPath: "#/anyOf/1/properties/nvramTemplate/type", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.secureBoot !== void 0) {
        let data2 = data.secureBoot;
        const _errs11 = errors;
        let valid2 = false;
        const _errs12 = errors;
        if (typeof data2 !== "boolean") {
          const err9 = { instancePath: instancePath + "/secureBoot", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/0/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
        var _valid1 = _errs12 === errors;
        valid2 = valid2 || _valid1;
        if (!valid2) {
          const _errs14 = errors;
          if (data2 && typeof data2 == "object" && !Array.isArray(data2)) {
            for (const key1 in data2) {
              if (!(key1 === "keys" || key1 === "PK" || key1 === "KEK" || key1 === "db")) {
                const err10 = { instancePath: instancePath + "/secureBoot", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
                if (vErrors === null) {
                  vErrors = [err10];
                } else {
                  vErrors.push(err10);
                }
                errors++;
              }
            }
            if (data2.keys !== void 0) {
              let data3 = data2.keys;
              if (typeof data3 === "string") {
                if (func2(data3) > 4096) {
                  const err11 = { instancePath: instancePath + "/secureBoot/keys", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/properties/keys/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                  if (vErrors === null) {
                    vErrors = [err11];
                  } else {
                    vErrors.push(err11);
                  }
                  errors++;
                }
                if (func2(data3) < 1) {
                  const err12 = { instancePath: instancePath + "/secureBoot/keys", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/properties/keys/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                  if (vErrors === null) {
                    vErrors = [err12];
                  } else {
                    vErrors.push(err12);
                  }
                  errors++;
                }
              } else {
                const err13 = { instancePath: instancePath + "/secureBoot/keys", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/properties/keys/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err13];
                } else {
                  vErrors.push(err13);
                }
                errors++;
              }
            }
            if (data2.PK !== void 0) {
              let data4 = data2.PK;
              if (typeof data4 === "string") {
                if (func2(data4) > 4096) {
                  const err14 = { instancePath: instancePath + "/secureBoot/PK", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/properties/PK/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                  if (vErrors === null) {
                    vErrors = [err14];
                  } else {
                    vErrors.push(err14);
                  }
                  errors++;
                }
                if (func2(data4) < 1) {
                  const err15 = { instancePath: instancePath + "/secureBoot/PK", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/properties/PK/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                  if (vErrors === null) {
                    vErrors = [err15];
                  } else {
                    vErrors.push(err15);
                  }
                  errors++;
                }
              } else {
                const err16 = { instancePath: instancePath + "/secureBoot/PK", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/properties/PK/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err16];
                } else {
                  vErrors.push(err16);
                }
                errors++;
              }
            }
            if (data2.KEK !== void 0) {
              let data5 = data2.KEK;
              const _errs23 = errors;
              let valid5 = false;
              const _errs24 = errors;
              if (typeof data5 === "string") {
                if (func2(data5) > 4096) {
                  const err17 = { instancePath: instancePath + "/secureBoot/KEK", schemaPath: "#/definitions/certificateFiles/anyOf/0/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                  if (vErrors === null) {
                    vErrors = [err17];
                  } else {
                    vErrors.push(err17);
                  }
                  errors++;
                }
                if (func2(data5) < 1) {
                  const err18 = { instancePath: instancePath + "/secureBoot/KEK", schemaPath: "#/definitions/certificateFiles/anyOf/0/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                  if (vErrors === null) {
                    vErrors = [err18];
                  } else {
                    vErrors.push(err18);
                  }
                  errors++;
                }
              } else {
                const err19 = { instancePath: instancePath + "/secureBoot/KEK", schemaPath: "#/definitions/certificateFiles/anyOf/0/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err19];
                } else {
                  vErrors.push(err19);
                }
                errors++;
              }
              var _valid2 = _errs24 === errors;
              valid5 = valid5 || _valid2;
              if (!valid5) {
                const _errs26 = errors;
                if (Array.isArray(data5)) {
                  if (data5.length > 50) {
                    const err20 = { instancePath: instancePath + "/secureBoot/KEK", schemaPath: "#/definitions/certificateFiles/anyOf/1/maxItems", keyword: "maxItems", params: { limit: 50 }, message: "must NOT have more than 50 items" };
                    if (vErrors === null) {
                      vErrors = [err20];
                    } else {
                      vErrors.push(err20);
                    }
                    errors++;
                  }
                  if (data5.length < 1) {
                    const err21 = { instancePath: instancePath + "/secureBoot/KEK", schemaPath: "#/definitions/certificateFiles/anyOf/1/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
                    if (vErrors === null) {
                      vErrors = [err21];
                    } else {
                      vErrors.push(err21);
                    }
                    errors++;
                  }
                  const len0 = data5.length;
                  for (let i0 = 0; i0 < len0; i0++) {
                    let data6 = data5[i0];
                    if (typeof data6 === "string") {
                      if (func2(data6) > 4096) {
                        const err22 = { instancePath: instancePath + "/secureBoot/KEK/" + i0, schemaPath: "#/definitions/certificateFiles/anyOf/1/items/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                        if (vErrors === null) {
                          vErrors = [err22];
                        } else {
                          vErrors.push(err22);
                        }
                        errors++;
                      }
                      if (func2(data6) < 1) {
                        const err23 = { instancePath: instancePath + "/secureBoot/KEK/" + i0, schemaPath: "#/definitions/certificateFiles/anyOf/1/items/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                        if (vErrors === null) {
                          vErrors = [err23];
                        } else {
                          vErrors.push(err23);
                        }
                        errors++;
                      }
                    } else {
                      const err24 = { instancePath: instancePath + "/secureBoot/KEK/" + i0, schemaPath: "#/definitions/certificateFiles/anyOf/1/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                      if (vErrors === null) {
                        vErrors = [err24];
                      } else {
                        vErrors.push(err24);
                      }
                      errors++;
                    }
                  }
                } else {
                  const err25 = { instancePath: instancePath + "/secureBoot/KEK", schemaPath: "#/definitions/certificateFiles/anyOf/1/type", keyword: "type", params: { type: "array" }, message: "must be array" };
                  if (vErrors === null) {
                    vErrors = [err25];
                  } else {
                    vErrors.push(err25);
                  }
                  errors++;
                }
                var _valid2 = _errs26 === errors;
                valid5 = valid5 || _valid2;
              }
              if (!valid5) {
                const err26 = { instancePath: instancePath + "/secureBoot/KEK", schemaPath: "#/definitions/certificateFiles/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
                if (vErrors === null) {
                  vErrors = [err26];
                } else {
                  vErrors.push(err26);
                }
                errors++;
              } else {
                errors = _errs23;
                if (vErrors !== null) {
                  if (_errs23) {
                    vErrors.length = _errs23;
                  } else {
                    vErrors = null;
                  }
                }
              }
            }
            if (data2.db !== void 0) {
              let data7 = data2.db;
              const _errs32 = errors;
              let valid9 = false;
              const _errs33 = errors;
              if (typeof data7 === "string") {
                if (func2(data7) > 4096) {
                  const err27 = { instancePath: instancePath + "/secureBoot/db", schemaPath: "#/definitions/certificateFiles/anyOf/0/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                  if (vErrors === null) {
                    vErrors = [err27];
                  } else {
                    vErrors.push(err27);
                  }
                  errors++;
                }
                if (func2(data7) < 1) {
                  const err28 = { instancePath: instancePath + "/secureBoot/db", schemaPath: "#/definitions/certificateFiles/anyOf/0/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                  if (vErrors === null) {
                    vErrors = [err28];
                  } else {
                    vErrors.push(err28);
                  }
                  errors++;
                }
              } else {
                const err29 = { instancePath: instancePath + "/secureBoot/db", schemaPath: "#/definitions/certificateFiles/anyOf/0/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                if (vErrors === null) {
                  vErrors = [err29];
                } else {
                  vErrors.push(err29);
                }
                errors++;
              }
              var _valid3 = _errs33 === errors;
              valid9 = valid9 || _valid3;
              if (!valid9) {
                const _errs35 = errors;
                if (Array.isArray(data7)) {
                  if (data7.length > 50) {
                    const err30 = { instancePath: instancePath + "/secureBoot/db", schemaPath: "#/definitions/certificateFiles/anyOf/1/maxItems", keyword: "maxItems", params: { limit: 50 }, message: "must NOT have more than 50 items" };
                    if (vErrors === null) {
                      vErrors = [err30];
                    } else {
                      vErrors.push(err30);
                    }
                    errors++;
                  }
                  if (data7.length < 1) {
                    const err31 = { instancePath: instancePath + "/secureBoot/db", schemaPath: "#/definitions/certificateFiles/anyOf/1/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
                    if (vErrors === null) {
                      vErrors = [err31];
                    } else {
                      vErrors.push(err31);
                    }
                    errors++;
                  }
                  const len1 = data7.length;
                  for (let i1 = 0; i1 < len1; i1++) {
                    let data8 = data7[i1];
                    if (typeof data8 === "string") {
                      if (func2(data8) > 4096) {
                        const err32 = { instancePath: instancePath + "/secureBoot/db/" + i1, schemaPath: "#/definitions/certificateFiles/anyOf/1/items/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                        if (vErrors === null) {
                          vErrors = [err32];
                        } else {
                          vErrors.push(err32);
                        }
                        errors++;
                      }
                      if (func2(data8) < 1) {
                        const err33 = { instancePath: instancePath + "/secureBoot/db/" + i1, schemaPath: "#/definitions/certificateFiles/anyOf/1/items/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                        if (vErrors === null) {
                          vErrors = [err33];
                        } else {
                          vErrors.push(err33);
                        }
                        errors++;
                      }
                    } else {
                      const err34 = { instancePath: instancePath + "/secureBoot/db/" + i1, schemaPath: "#/definitions/certificateFiles/anyOf/1/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                      if (vErrors === null) {
                        vErrors = [err34];
                      } else {
                        vErrors.push(err34);
                      }
                      errors++;
                    }
                  }
                } else {
                  const err35 = { instancePath: instancePath + "/secureBoot/db", schemaPath: "#/definitions/certificateFiles/anyOf/1/type", keyword: "type", params: { type: "array" }, message: "must be array" };
                  if (vErrors === null) {
                    vErrors = [err35];
                  } else {
                    vErrors.push(err35);
                  }
                  errors++;
                }
                var _valid3 = _errs35 === errors;
                valid9 = valid9 || _valid3;
              }
              if (!valid9) {
                const err36 = { instancePath: instancePath + "/secureBoot/db", schemaPath: "#/definitions/certificateFiles/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
                if (vErrors === null) {
                  vErrors = [err36];
                } else {
                  vErrors.push(err36);
                }
                errors++;
              } else {
                errors = _errs32;
                if (vErrors !== null) {
                  if (_errs32) {
                    vErrors.length = _errs32;
                  } else {
                    vErrors = null;
                  }
                }
              }
            }
          } else {
            const err37 = { instancePath: instancePath + "/secureBoot", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf/1/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            if (vErrors === null) {
              vErrors = [err37];
            } else {
              vErrors.push(err37);
            }
            errors++;
          }
          var _valid1 = _errs14 === errors;
          valid2 = valid2 || _valid1;
        }
        if (!valid2) {
          const err38 = { instancePath: instancePath + "/secureBoot", schemaPath: "#/anyOf/1/properties/secureBoot/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
          if (vErrors === null) {
            vErrors = [err38];
          } else {
            vErrors.push(err38);
          }
          errors++;
        } else {
          errors = _errs11;
          if (vErrors !== null) {
            if (_errs11) {
              vErrors.length = _errs11;
            } else {
              vErrors = null;
            }
          }
        }
      }
    } else {
      const err39 = { instancePath, schemaPath: "#/anyOf/1/type", keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err39];
      } else {
        vErrors.push(err39);
      }
      errors++;
    }
    var _valid0 = _errs3 === errors;
    valid0 = valid0 || _valid0;
  }
  if (!valid0) {
    const err40 = { instancePath, schemaPath: "#/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
    if (vErrors === null) {
      vErrors = [err40];
    } else {
      vErrors.push(err40);
    }
    errors++;
  } else {
    errors = _errs0;
    if (vErrors !== null) {
      if (_errs0) {
        vErrors.length = _errs0;
      } else {
        vErrors = null;
      }
    }
  }
  validate20.errors = vErrors;
  return errors === 0;
}
var schema35 = { "description": "Network cards. `default`: one, on libvirt's network `default` (virbr0). `per-vm`: one, on a NAT network of the VM's own, with a bridge of its own. Or a list.", "anyOf": [{ "type": "string", "enum": ["default", "per-vm"] }, { "type": "array", "maxItems": 8, "items": { "$ref": "#/definitions/nic" } }], "examples": ["default"] };
var schema36 = { "title": "FleetNic", "description": "One network card, on a network of this file or on a bridge of the host.", "type": "object", "additionalProperties": false, "properties": { "network": { "description": "A key of `networks`.", "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "patternErrorMessage": "`network` is the name of an entry of `networks`", "maxLength": 63, "examples": ["lab"] }, "bridge": { "description": "A bridge that exists on the host, such as br0. ven never changes it.", "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$", "patternErrorMessage": "a bridge's name has at most 15 characters: letters, digits and _ . -", "examples": ["br0"] }, "mac": { "description": "A fixed MAC address. Default: derived from fleet, VM and the card's place in the list.", "type": "string", "pattern": "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$", "patternErrorMessage": "a MAC address is six pairs of hexadecimal digits with colons between them", "examples": ["52:54:00:0a:0b:0c"] }, "address": { "description": "A fixed IPv4 address, given out by DHCP. Only on the fleet's own networks with a literal subnet.", "type": "string", "maxLength": 15, "examples": ["192.168.150.10"] }, "model": { "description": "The card that the guest sees. Default: `virtio`.", "type": "string", "enum": ["virtio", "e1000", "e1000e", "rtl8139"], "examples": ["virtio"] } }, "if": { "not": { "required": ["network"] } }, "then": { "required": ["bridge"] }, "else": { "not": { "required": ["bridge"] } }, "examples": [{ "network": "lab" }] };
var pattern19 = new RegExp("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$", "u");
var pattern20 = new RegExp("^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$", "u");
function validate22(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  const _errs0 = errors;
  let valid0 = false;
  const _errs1 = errors;
  if (typeof data !== "string") {
    const err0 = { instancePath, schemaPath: "#/anyOf/0/type", keyword: "type", params: { type: "string" }, message: "must be string" };
    if (vErrors === null) {
      vErrors = [err0];
    } else {
      vErrors.push(err0);
    }
    errors++;
  }
  if (!(data === "default" || data === "per-vm")) {
    const err1 = { instancePath, schemaPath: "#/anyOf/0/enum", keyword: "enum", params: { allowedValues: schema35.anyOf[0].enum }, message: "must be equal to one of the allowed values" };
    if (vErrors === null) {
      vErrors = [err1];
    } else {
      vErrors.push(err1);
    }
    errors++;
  }
  var _valid0 = _errs1 === errors;
  valid0 = valid0 || _valid0;
  if (!valid0) {
    const _errs3 = errors;
    if (Array.isArray(data)) {
      if (data.length > 8) {
        const err2 = { instancePath, schemaPath: "#/anyOf/1/maxItems", keyword: "maxItems", params: { limit: 8 }, message: "must NOT have more than 8 items" };
        if (vErrors === null) {
          vErrors = [err2];
        } else {
          vErrors.push(err2);
        }
        errors++;
      }
      const len0 = data.length;
      for (let i0 = 0; i0 < len0; i0++) {
        let data0 = data[i0];
        const _errs8 = errors;
        let valid4 = true;
        const _errs9 = errors;
        const _errs10 = errors;
        const _errs11 = errors;
        if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
          let missing0;
          if (data0.network === void 0 && (missing0 = "network")) {
            const err3 = {};
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        }
        var valid5 = _errs11 === errors;
        if (valid5) {
          const err4 = {};
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        } else {
          errors = _errs10;
          if (vErrors !== null) {
            if (_errs10) {
              vErrors.length = _errs10;
            } else {
              vErrors = null;
            }
          }
        }
        var _valid1 = _errs9 === errors;
        errors = _errs8;
        if (vErrors !== null) {
          if (_errs8) {
            vErrors.length = _errs8;
          } else {
            vErrors = null;
          }
        }
        let ifClause0;
        if (_valid1) {
          const _errs12 = errors;
          if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
            if (data0.bridge === void 0) {
              const err5 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/nic/then/required", keyword: "required", params: { missingProperty: "bridge" }, message: "must have required property 'bridge'" };
              if (vErrors === null) {
                vErrors = [err5];
              } else {
                vErrors.push(err5);
              }
              errors++;
            }
          }
          var _valid1 = _errs12 === errors;
          valid4 = _valid1;
          ifClause0 = "then";
        } else {
          const _errs13 = errors;
          const _errs14 = errors;
          const _errs15 = errors;
          if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
            let missing1;
            if (data0.bridge === void 0 && (missing1 = "bridge")) {
              const err6 = {};
              if (vErrors === null) {
                vErrors = [err6];
              } else {
                vErrors.push(err6);
              }
              errors++;
            }
          }
          var valid6 = _errs15 === errors;
          if (valid6) {
            const err7 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/nic/else/not", keyword: "not", params: {}, message: "must NOT be valid" };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          } else {
            errors = _errs14;
            if (vErrors !== null) {
              if (_errs14) {
                vErrors.length = _errs14;
              } else {
                vErrors = null;
              }
            }
          }
          var _valid1 = _errs13 === errors;
          valid4 = _valid1;
          ifClause0 = "else";
        }
        if (!valid4) {
          const err8 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/nic/if", keyword: "if", params: { failingKeyword: ifClause0 }, message: 'must match "' + ifClause0 + '" schema' };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
        if (data0 && typeof data0 == "object" && !Array.isArray(data0)) {
          for (const key0 in data0) {
            if (!(key0 === "network" || key0 === "bridge" || key0 === "mac" || key0 === "address" || key0 === "model")) {
              const err9 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/nic/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
              if (vErrors === null) {
                vErrors = [err9];
              } else {
                vErrors.push(err9);
              }
              errors++;
            }
          }
          if (data0.network !== void 0) {
            let data1 = data0.network;
            if (typeof data1 === "string") {
              if (func2(data1) > 63) {
                const err10 = { instancePath: instancePath + "/" + i0 + "/network", schemaPath: "#/definitions/nic/properties/network/maxLength", keyword: "maxLength", params: { limit: 63 }, message: "must NOT have more than 63 characters" };
                if (vErrors === null) {
                  vErrors = [err10];
                } else {
                  vErrors.push(err10);
                }
                errors++;
              }
              if (!pattern0.test(data1)) {
                const err11 = { instancePath: instancePath + "/" + i0 + "/network", schemaPath: "#/definitions/nic/properties/network/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"' };
                if (vErrors === null) {
                  vErrors = [err11];
                } else {
                  vErrors.push(err11);
                }
                errors++;
              }
            } else {
              const err12 = { instancePath: instancePath + "/" + i0 + "/network", schemaPath: "#/definitions/nic/properties/network/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err12];
              } else {
                vErrors.push(err12);
              }
              errors++;
            }
          }
          if (data0.bridge !== void 0) {
            let data2 = data0.bridge;
            if (typeof data2 === "string") {
              if (!pattern19.test(data2)) {
                const err13 = { instancePath: instancePath + "/" + i0 + "/bridge", schemaPath: "#/definitions/nic/properties/bridge/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$" }, message: 'must match pattern "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$"' };
                if (vErrors === null) {
                  vErrors = [err13];
                } else {
                  vErrors.push(err13);
                }
                errors++;
              }
            } else {
              const err14 = { instancePath: instancePath + "/" + i0 + "/bridge", schemaPath: "#/definitions/nic/properties/bridge/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err14];
              } else {
                vErrors.push(err14);
              }
              errors++;
            }
          }
          if (data0.mac !== void 0) {
            let data3 = data0.mac;
            if (typeof data3 === "string") {
              if (!pattern20.test(data3)) {
                const err15 = { instancePath: instancePath + "/" + i0 + "/mac", schemaPath: "#/definitions/nic/properties/mac/pattern", keyword: "pattern", params: { pattern: "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$" }, message: 'must match pattern "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$"' };
                if (vErrors === null) {
                  vErrors = [err15];
                } else {
                  vErrors.push(err15);
                }
                errors++;
              }
            } else {
              const err16 = { instancePath: instancePath + "/" + i0 + "/mac", schemaPath: "#/definitions/nic/properties/mac/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err16];
              } else {
                vErrors.push(err16);
              }
              errors++;
            }
          }
          if (data0.address !== void 0) {
            let data4 = data0.address;
            if (typeof data4 === "string") {
              if (func2(data4) > 15) {
                const err17 = { instancePath: instancePath + "/" + i0 + "/address", schemaPath: "#/definitions/nic/properties/address/maxLength", keyword: "maxLength", params: { limit: 15 }, message: "must NOT have more than 15 characters" };
                if (vErrors === null) {
                  vErrors = [err17];
                } else {
                  vErrors.push(err17);
                }
                errors++;
              }
            } else {
              const err18 = { instancePath: instancePath + "/" + i0 + "/address", schemaPath: "#/definitions/nic/properties/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err18];
              } else {
                vErrors.push(err18);
              }
              errors++;
            }
          }
          if (data0.model !== void 0) {
            let data5 = data0.model;
            if (typeof data5 !== "string") {
              const err19 = { instancePath: instancePath + "/" + i0 + "/model", schemaPath: "#/definitions/nic/properties/model/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err19];
              } else {
                vErrors.push(err19);
              }
              errors++;
            }
            if (!(data5 === "virtio" || data5 === "e1000" || data5 === "e1000e" || data5 === "rtl8139")) {
              const err20 = { instancePath: instancePath + "/" + i0 + "/model", schemaPath: "#/definitions/nic/properties/model/enum", keyword: "enum", params: { allowedValues: schema36.properties.model.enum }, message: "must be equal to one of the allowed values" };
              if (vErrors === null) {
                vErrors = [err20];
              } else {
                vErrors.push(err20);
              }
              errors++;
            }
          }
        } else {
          const err21 = { instancePath: instancePath + "/" + i0, schemaPath: "#/definitions/nic/type", keyword: "type", params: { type: "object" }, message: "must be object" };
          if (vErrors === null) {
            vErrors = [err21];
          } else {
            vErrors.push(err21);
          }
          errors++;
        }
      }
    } else {
      const err22 = { instancePath, schemaPath: "#/anyOf/1/type", keyword: "type", params: { type: "array" }, message: "must be array" };
      if (vErrors === null) {
        vErrors = [err22];
      } else {
        vErrors.push(err22);
      }
      errors++;
    }
    var _valid0 = _errs3 === errors;
    valid0 = valid0 || _valid0;
  }
  if (!valid0) {
    const err23 = { instancePath, schemaPath: "#/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
    if (vErrors === null) {
      vErrors = [err23];
    } else {
      vErrors.push(err23);
    }
    errors++;
  } else {
    errors = _errs0;
    if (vErrors !== null) {
      if (_errs0) {
        vErrors.length = _errs0;
      } else {
        vErrors = null;
      }
    }
  }
  validate22.errors = vErrors;
  return errors === 0;
}
var schema37 = { "description": "`none` (default): serial console only. `vnc`: a VNC server on 127.0.0.1 with a port of libvirt's choice. Or the details.", "anyOf": [{ "type": "string", "enum": ["none", "vnc"] }, { "title": "FleetVnc", "type": "object", "additionalProperties": false, "required": ["type"], "properties": { "type": { "description": "The kind of graphics.", "type": "string", "enum": ["vnc"], "examples": ["vnc"] }, "listen": { "description": "The address that the server listens on. Default: 127.0.0.1. Anything else is open to whoever reaches it, unless there is a `password`, and even then it is not encrypted.", "type": "string", "maxLength": 45, "examples": ["127.0.0.1"] }, "port": { "description": "The TCP port, 5900 to 65535; `auto` (default): libvirt's choice.", "anyOf": [{ "type": "integer", "minimum": 5900, "maximum": 65535 }, { "type": "string", "enum": ["auto"] }], "examples": ["auto"] }, "password": { "description": "Where the password is that a viewer must give; at most 8 characters, which is all that VNC looks at. Default: none is asked for.", "$ref": "#/definitions/secretReference" } } }], "examples": ["vnc"] };
function validate24(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  const _errs0 = errors;
  let valid0 = false;
  const _errs1 = errors;
  if (typeof data !== "string") {
    const err0 = { instancePath, schemaPath: "#/anyOf/0/type", keyword: "type", params: { type: "string" }, message: "must be string" };
    if (vErrors === null) {
      vErrors = [err0];
    } else {
      vErrors.push(err0);
    }
    errors++;
  }
  if (!(data === "none" || data === "vnc")) {
    const err1 = { instancePath, schemaPath: "#/anyOf/0/enum", keyword: "enum", params: { allowedValues: schema37.anyOf[0].enum }, message: "must be equal to one of the allowed values" };
    if (vErrors === null) {
      vErrors = [err1];
    } else {
      vErrors.push(err1);
    }
    errors++;
  }
  var _valid0 = _errs1 === errors;
  valid0 = valid0 || _valid0;
  if (!valid0) {
    const _errs3 = errors;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      if (data.type === void 0) {
        const err2 = { instancePath, schemaPath: "#/anyOf/1/required", keyword: "required", params: { missingProperty: "type" }, message: "must have required property 'type'" };
        if (vErrors === null) {
          vErrors = [err2];
        } else {
          vErrors.push(err2);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === "type" || key0 === "listen" || key0 === "port" || key0 === "password")) {
          const err3 = { instancePath, schemaPath: "#/anyOf/1/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      }
      if (data.type !== void 0) {
        let data0 = data.type;
        if (typeof data0 !== "string") {
          const err4 = { instancePath: instancePath + "/type", schemaPath: "#/anyOf/1/properties/type/type", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
        if (!(data0 === "vnc")) {
          const err5 = { instancePath: instancePath + "/type", schemaPath: "#/anyOf/1/properties/type/enum", keyword: "enum", params: { allowedValues: schema37.anyOf[1].properties.type.enum }, message: "must be equal to one of the allowed values" };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.listen !== void 0) {
        let data1 = data.listen;
        if (typeof data1 === "string") {
          if (func2(data1) > 45) {
            const err6 = { instancePath: instancePath + "/listen", schemaPath: "#/anyOf/1/properties/listen/maxLength", keyword: "maxLength", params: { limit: 45 }, message: "must NOT have more than 45 characters" };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
        } else {
          const err7 = { instancePath: instancePath + "/listen", schemaPath: "#/anyOf/1/properties/listen/type", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      }
      if (data.port !== void 0) {
        let data2 = data.port;
        const _errs11 = errors;
        let valid2 = false;
        const _errs12 = errors;
        if (!(typeof data2 == "number" && (!(data2 % 1) && !isNaN(data2)) && isFinite(data2))) {
          const err8 = { instancePath: instancePath + "/port", schemaPath: "#/anyOf/1/properties/port/anyOf/0/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
        if (typeof data2 == "number" && isFinite(data2)) {
          if (data2 > 65535 || isNaN(data2)) {
            const err9 = { instancePath: instancePath + "/port", schemaPath: "#/anyOf/1/properties/port/anyOf/0/maximum", keyword: "maximum", params: { comparison: "<=", limit: 65535 }, message: "must be <= 65535" };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
          if (data2 < 5900 || isNaN(data2)) {
            const err10 = { instancePath: instancePath + "/port", schemaPath: "#/anyOf/1/properties/port/anyOf/0/minimum", keyword: "minimum", params: { comparison: ">=", limit: 5900 }, message: "must be >= 5900" };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
        }
        var _valid1 = _errs12 === errors;
        valid2 = valid2 || _valid1;
        if (!valid2) {
          const _errs14 = errors;
          if (typeof data2 !== "string") {
            const err11 = { instancePath: instancePath + "/port", schemaPath: "#/anyOf/1/properties/port/anyOf/1/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
          if (!(data2 === "auto")) {
            const err12 = { instancePath: instancePath + "/port", schemaPath: "#/anyOf/1/properties/port/anyOf/1/enum", keyword: "enum", params: { allowedValues: schema37.anyOf[1].properties.port.anyOf[1].enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err12];
            } else {
              vErrors.push(err12);
            }
            errors++;
          }
          var _valid1 = _errs14 === errors;
          valid2 = valid2 || _valid1;
        }
        if (!valid2) {
          const err13 = { instancePath: instancePath + "/port", schemaPath: "#/anyOf/1/properties/port/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        } else {
          errors = _errs11;
          if (vErrors !== null) {
            if (_errs11) {
              vErrors.length = _errs11;
            } else {
              vErrors = null;
            }
          }
        }
      }
      if (data.password !== void 0) {
        let data3 = data.password;
        if (data3 && typeof data3 == "object" && !Array.isArray(data3)) {
          if (Object.keys(data3).length > 1) {
            const err14 = { instancePath: instancePath + "/password", schemaPath: "#/definitions/secretReference/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
            if (vErrors === null) {
              vErrors = [err14];
            } else {
              vErrors.push(err14);
            }
            errors++;
          }
          if (Object.keys(data3).length < 1) {
            const err15 = { instancePath: instancePath + "/password", schemaPath: "#/definitions/secretReference/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
            if (vErrors === null) {
              vErrors = [err15];
            } else {
              vErrors.push(err15);
            }
            errors++;
          }
          for (const key1 in data3) {
            if (!(key1 === "env" || key1 === "file")) {
              const err16 = { instancePath: instancePath + "/password", schemaPath: "#/definitions/secretReference/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
              if (vErrors === null) {
                vErrors = [err16];
              } else {
                vErrors.push(err16);
              }
              errors++;
            }
          }
          if (data3.env !== void 0) {
            let data4 = data3.env;
            if (typeof data4 === "string") {
              if (func2(data4) > 256) {
                const err17 = { instancePath: instancePath + "/password/env", schemaPath: "#/definitions/secretReference/properties/env/maxLength", keyword: "maxLength", params: { limit: 256 }, message: "must NOT have more than 256 characters" };
                if (vErrors === null) {
                  vErrors = [err17];
                } else {
                  vErrors.push(err17);
                }
                errors++;
              }
              if (!pattern7.test(data4)) {
                const err18 = { instancePath: instancePath + "/password/env", schemaPath: "#/definitions/secretReference/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
                if (vErrors === null) {
                  vErrors = [err18];
                } else {
                  vErrors.push(err18);
                }
                errors++;
              }
            } else {
              const err19 = { instancePath: instancePath + "/password/env", schemaPath: "#/definitions/secretReference/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err19];
              } else {
                vErrors.push(err19);
              }
              errors++;
            }
          }
          if (data3.file !== void 0) {
            let data5 = data3.file;
            if (typeof data5 === "string") {
              if (func2(data5) > 4096) {
                const err20 = { instancePath: instancePath + "/password/file", schemaPath: "#/definitions/secretReference/properties/file/maxLength", keyword: "maxLength", params: { limit: 4096 }, message: "must NOT have more than 4096 characters" };
                if (vErrors === null) {
                  vErrors = [err20];
                } else {
                  vErrors.push(err20);
                }
                errors++;
              }
              if (func2(data5) < 1) {
                const err21 = { instancePath: instancePath + "/password/file", schemaPath: "#/definitions/secretReference/properties/file/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
                if (vErrors === null) {
                  vErrors = [err21];
                } else {
                  vErrors.push(err21);
                }
                errors++;
              }
            } else {
              const err22 = { instancePath: instancePath + "/password/file", schemaPath: "#/definitions/secretReference/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
              if (vErrors === null) {
                vErrors = [err22];
              } else {
                vErrors.push(err22);
              }
              errors++;
            }
          }
        } else {
          const err23 = { instancePath: instancePath + "/password", schemaPath: "#/definitions/secretReference/type", keyword: "type", params: { type: "object" }, message: "must be object" };
          if (vErrors === null) {
            vErrors = [err23];
          } else {
            vErrors.push(err23);
          }
          errors++;
        }
      }
    } else {
      const err24 = { instancePath, schemaPath: "#/anyOf/1/type", keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err24];
      } else {
        vErrors.push(err24);
      }
      errors++;
    }
    var _valid0 = _errs3 === errors;
    valid0 = valid0 || _valid0;
  }
  if (!valid0) {
    const err25 = { instancePath, schemaPath: "#/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
    if (vErrors === null) {
      vErrors = [err25];
    } else {
      vErrors.push(err25);
    }
    errors++;
  } else {
    errors = _errs0;
    if (vErrors !== null) {
      if (_errs0) {
        vErrors.length = _errs0;
      } else {
        vErrors = null;
      }
    }
  }
  validate24.errors = vErrors;
  return errors === 0;
}
function validate17(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!func24.call(schema24.properties, key0)) {
        const err0 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
    }
    if (data.cpus !== void 0) {
      let data0 = data.cpus;
      if (!(typeof data0 == "number" && (!(data0 % 1) && !isNaN(data0)) && isFinite(data0))) {
        const err1 = { instancePath: instancePath + "/cpus", schemaPath: "#/definitions/cpus/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
      if (typeof data0 == "number" && isFinite(data0)) {
        if (data0 > 255 || isNaN(data0)) {
          const err2 = { instancePath: instancePath + "/cpus", schemaPath: "#/definitions/cpus/maximum", keyword: "maximum", params: { comparison: "<=", limit: 255 }, message: "must be <= 255" };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
        if (data0 < 1 || isNaN(data0)) {
          const err3 = { instancePath: instancePath + "/cpus", schemaPath: "#/definitions/cpus/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      }
    }
    if (data.memory !== void 0) {
      let data1 = data.memory;
      if (typeof data1 === "string") {
        if (!pattern13.test(data1)) {
          const err4 = { instancePath: instancePath + "/memory", schemaPath: "#/definitions/memory/pattern", keyword: "pattern", params: { pattern: "^[0-9]{1,9}(MiB|GiB|TiB)$" }, message: 'must match pattern "^[0-9]{1,9}(MiB|GiB|TiB)$"' };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      } else {
        const err5 = { instancePath: instancePath + "/memory", schemaPath: "#/definitions/memory/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err5];
        } else {
          vErrors.push(err5);
        }
        errors++;
      }
    }
    if (data.disks !== void 0) {
      if (!validate18(data.disks, { instancePath: instancePath + "/disks", parentData: data, parentDataProperty: "disks", rootData })) {
        vErrors = vErrors === null ? validate18.errors : vErrors.concat(validate18.errors);
        errors = vErrors.length;
      }
    }
    if (data.firmware !== void 0) {
      if (!validate20(data.firmware, { instancePath: instancePath + "/firmware", parentData: data, parentDataProperty: "firmware", rootData })) {
        vErrors = vErrors === null ? validate20.errors : vErrors.concat(validate20.errors);
        errors = vErrors.length;
      }
    }
    if (data.tpm !== void 0) {
      if (typeof data.tpm !== "boolean") {
        const err6 = { instancePath: instancePath + "/tpm", schemaPath: "#/definitions/tpm/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err6];
        } else {
          vErrors.push(err6);
        }
        errors++;
      }
    }
    if (data.boot !== void 0) {
      let data5 = data.boot;
      if (Array.isArray(data5)) {
        if (data5.length > 2) {
          const err7 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/maxItems", keyword: "maxItems", params: { limit: 2 }, message: "must NOT have more than 2 items" };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
        if (data5.length < 1) {
          const err8 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
        const len0 = data5.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data6 = data5[i0];
          if (typeof data6 !== "string") {
            const err9 = { instancePath: instancePath + "/boot/" + i0, schemaPath: "#/definitions/boot/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
          if (!(data6 === "disk" || data6 === "network")) {
            const err10 = { instancePath: instancePath + "/boot/" + i0, schemaPath: "#/definitions/boot/items/enum", keyword: "enum", params: { allowedValues: schema33.items.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
        }
        let i1 = data5.length;
        let j0;
        if (i1 > 1) {
          const indices0 = {};
          for (; i1--; ) {
            let item0 = data5[i1];
            if (typeof item0 !== "string") {
              continue;
            }
            if (typeof indices0[item0] == "number") {
              j0 = indices0[item0];
              const err11 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/uniqueItems", keyword: "uniqueItems", params: { i: i1, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i1 + " are identical)" };
              if (vErrors === null) {
                vErrors = [err11];
              } else {
                vErrors.push(err11);
              }
              errors++;
              break;
            }
            indices0[item0] = i1;
          }
        }
      } else {
        const err12 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err12];
        } else {
          vErrors.push(err12);
        }
        errors++;
      }
    }
    if (data.pxe !== void 0) {
      if (typeof data.pxe !== "boolean") {
        const err13 = { instancePath: instancePath + "/pxe", schemaPath: "#/definitions/pxe/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err13];
        } else {
          vErrors.push(err13);
        }
        errors++;
      }
    }
    if (data.nics !== void 0) {
      if (!validate22(data.nics, { instancePath: instancePath + "/nics", parentData: data, parentDataProperty: "nics", rootData })) {
        vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
        errors = vErrors.length;
      }
    }
    if (data.graphics !== void 0) {
      if (!validate24(data.graphics, { instancePath: instancePath + "/graphics", parentData: data, parentDataProperty: "graphics", rootData })) {
        vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
        errors = vErrors.length;
      }
    }
    if (data.autostart !== void 0) {
      if (typeof data.autostart !== "boolean") {
        const err14 = { instancePath: instancePath + "/autostart", schemaPath: "#/definitions/autostart/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err14];
        } else {
          vErrors.push(err14);
        }
        errors++;
      }
    }
    if (data.power !== void 0) {
      let data11 = data.power;
      if (typeof data11 !== "string") {
        const err15 = { instancePath: instancePath + "/power", schemaPath: "#/definitions/power/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err15];
        } else {
          vErrors.push(err15);
        }
        errors++;
      }
      if (!(data11 === "running" || data11 === "off")) {
        const err16 = { instancePath: instancePath + "/power", schemaPath: "#/definitions/power/enum", keyword: "enum", params: { allowedValues: schema40.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err16];
        } else {
          vErrors.push(err16);
        }
        errors++;
      }
    }
    if (data.protect !== void 0) {
      if (typeof data.protect !== "boolean") {
        const err17 = { instancePath: instancePath + "/protect", schemaPath: "#/definitions/protect/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err17];
        } else {
          vErrors.push(err17);
        }
        errors++;
      }
    }
    if (data.shutdownTimeout !== void 0) {
      let data13 = data.shutdownTimeout;
      if (typeof data13 === "string") {
        if (!pattern22.test(data13)) {
          const err18 = { instancePath: instancePath + "/shutdownTimeout", schemaPath: "#/definitions/shutdownTimeout/pattern", keyword: "pattern", params: { pattern: "^[0-9]{1,4}(s|m)$" }, message: 'must match pattern "^[0-9]{1,4}(s|m)$"' };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
      } else {
        const err19 = { instancePath: instancePath + "/shutdownTimeout", schemaPath: "#/definitions/shutdownTimeout/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err19];
        } else {
          vErrors.push(err19);
        }
        errors++;
      }
    }
    if (data.title !== void 0) {
      let data14 = data.title;
      if (typeof data14 === "string") {
        if (func2(data14) > 500) {
          const err20 = { instancePath: instancePath + "/title", schemaPath: "#/definitions/vmTitle/maxLength", keyword: "maxLength", params: { limit: 500 }, message: "must NOT have more than 500 characters" };
          if (vErrors === null) {
            vErrors = [err20];
          } else {
            vErrors.push(err20);
          }
          errors++;
        }
      } else {
        const err21 = { instancePath: instancePath + "/title", schemaPath: "#/definitions/vmTitle/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err21];
        } else {
          vErrors.push(err21);
        }
        errors++;
      }
    }
    if (data.description !== void 0) {
      let data15 = data.description;
      if (typeof data15 === "string") {
        if (func2(data15) > 1e4) {
          const err22 = { instancePath: instancePath + "/description", schemaPath: "#/definitions/vmDescription/maxLength", keyword: "maxLength", params: { limit: 1e4 }, message: "must NOT have more than 10000 characters" };
          if (vErrors === null) {
            vErrors = [err22];
          } else {
            vErrors.push(err22);
          }
          errors++;
        }
      } else {
        const err23 = { instancePath: instancePath + "/description", schemaPath: "#/definitions/vmDescription/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err23];
        } else {
          vErrors.push(err23);
        }
        errors++;
      }
    }
  } else {
    const err24 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err24];
    } else {
      vErrors.push(err24);
    }
    errors++;
  }
  validate17.errors = vErrors;
  return errors === 0;
}
var schema46 = { "title": "FleetVm", "description": "One VM, or with `count` a group of alike VMs.", "type": "object", "additionalProperties": false, "required": ["name"], "properties": { "name": { "description": "The VM's name, a DNS label, unique in the fleet. With `count: 3`, `edge` becomes edge-1, edge-2 and edge-3. Its libvirt domain is `<fleet>_<name>`.", "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "patternErrorMessage": "a name is made of lower-case letters, digits and hyphens, and begins and ends with a letter or digit", "maxLength": 63, "examples": ["edge"] }, "count": { "description": "How many of this VM: <name>-1 to <name>-N. Without it there is one, named as is. Raising it leaves the others as they are.", "type": "integer", "minimum": 1, "maximum": 1e3, "examples": [3] }, "cpus": { "$ref": "#/definitions/cpus" }, "memory": { "$ref": "#/definitions/memory" }, "disks": { "$ref": "#/definitions/disks" }, "firmware": { "$ref": "#/definitions/firmware" }, "tpm": { "$ref": "#/definitions/tpm" }, "boot": { "$ref": "#/definitions/boot" }, "pxe": { "$ref": "#/definitions/pxe" }, "nics": { "$ref": "#/definitions/nics" }, "serialNumbers": { "description": "SMBIOS serial numbers, one for each VM of the group, in order: 5 to 20 letters and digits. Default: derived from fleet and VM.", "type": "array", "minItems": 1, "maxItems": 1e3, "items": { "type": "string", "pattern": "^[A-Za-z0-9]{5,20}$", "patternErrorMessage": "a serial number is made of 5 to 20 letters and digits", "examples": ["VM112M01"] }, "examples": [["VM112M01", "VM112M02", "VM113M01"]] }, "graphics": { "$ref": "#/definitions/graphics" }, "autostart": { "$ref": "#/definitions/autostart" }, "power": { "$ref": "#/definitions/power" }, "protect": { "$ref": "#/definitions/protect" }, "shutdownTimeout": { "$ref": "#/definitions/shutdownTimeout" }, "title": { "$ref": "#/definitions/vmTitle" }, "description": { "$ref": "#/definitions/vmDescription" } }, "examples": [{ "name": "edge" }] };
var pattern25 = new RegExp("^[A-Za-z0-9]{5,20}$", "u");
function validate28(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.name === void 0) {
      const err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "name" }, message: "must have required property 'name'" };
      if (vErrors === null) {
        vErrors = [err0];
      } else {
        vErrors.push(err0);
      }
      errors++;
    }
    for (const key0 in data) {
      if (!func24.call(schema46.properties, key0)) {
        const err1 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
    }
    if (data.name !== void 0) {
      let data0 = data.name;
      if (typeof data0 === "string") {
        if (func2(data0) > 63) {
          const err2 = { instancePath: instancePath + "/name", schemaPath: "#/properties/name/maxLength", keyword: "maxLength", params: { limit: 63 }, message: "must NOT have more than 63 characters" };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
        if (!pattern0.test(data0)) {
          const err3 = { instancePath: instancePath + "/name", schemaPath: "#/properties/name/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"' };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      } else {
        const err4 = { instancePath: instancePath + "/name", schemaPath: "#/properties/name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err4];
        } else {
          vErrors.push(err4);
        }
        errors++;
      }
    }
    if (data.count !== void 0) {
      let data1 = data.count;
      if (!(typeof data1 == "number" && (!(data1 % 1) && !isNaN(data1)) && isFinite(data1))) {
        const err5 = { instancePath: instancePath + "/count", schemaPath: "#/properties/count/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        if (vErrors === null) {
          vErrors = [err5];
        } else {
          vErrors.push(err5);
        }
        errors++;
      }
      if (typeof data1 == "number" && isFinite(data1)) {
        if (data1 > 1e3 || isNaN(data1)) {
          const err6 = { instancePath: instancePath + "/count", schemaPath: "#/properties/count/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e3 }, message: "must be <= 1000" };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
        if (data1 < 1 || isNaN(data1)) {
          const err7 = { instancePath: instancePath + "/count", schemaPath: "#/properties/count/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      }
    }
    if (data.cpus !== void 0) {
      let data2 = data.cpus;
      if (!(typeof data2 == "number" && (!(data2 % 1) && !isNaN(data2)) && isFinite(data2))) {
        const err8 = { instancePath: instancePath + "/cpus", schemaPath: "#/definitions/cpus/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        if (vErrors === null) {
          vErrors = [err8];
        } else {
          vErrors.push(err8);
        }
        errors++;
      }
      if (typeof data2 == "number" && isFinite(data2)) {
        if (data2 > 255 || isNaN(data2)) {
          const err9 = { instancePath: instancePath + "/cpus", schemaPath: "#/definitions/cpus/maximum", keyword: "maximum", params: { comparison: "<=", limit: 255 }, message: "must be <= 255" };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
        if (data2 < 1 || isNaN(data2)) {
          const err10 = { instancePath: instancePath + "/cpus", schemaPath: "#/definitions/cpus/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          if (vErrors === null) {
            vErrors = [err10];
          } else {
            vErrors.push(err10);
          }
          errors++;
        }
      }
    }
    if (data.memory !== void 0) {
      let data3 = data.memory;
      if (typeof data3 === "string") {
        if (!pattern13.test(data3)) {
          const err11 = { instancePath: instancePath + "/memory", schemaPath: "#/definitions/memory/pattern", keyword: "pattern", params: { pattern: "^[0-9]{1,9}(MiB|GiB|TiB)$" }, message: 'must match pattern "^[0-9]{1,9}(MiB|GiB|TiB)$"' };
          if (vErrors === null) {
            vErrors = [err11];
          } else {
            vErrors.push(err11);
          }
          errors++;
        }
      } else {
        const err12 = { instancePath: instancePath + "/memory", schemaPath: "#/definitions/memory/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err12];
        } else {
          vErrors.push(err12);
        }
        errors++;
      }
    }
    if (data.disks !== void 0) {
      if (!validate18(data.disks, { instancePath: instancePath + "/disks", parentData: data, parentDataProperty: "disks", rootData })) {
        vErrors = vErrors === null ? validate18.errors : vErrors.concat(validate18.errors);
        errors = vErrors.length;
      }
    }
    if (data.firmware !== void 0) {
      if (!validate20(data.firmware, { instancePath: instancePath + "/firmware", parentData: data, parentDataProperty: "firmware", rootData })) {
        vErrors = vErrors === null ? validate20.errors : vErrors.concat(validate20.errors);
        errors = vErrors.length;
      }
    }
    if (data.tpm !== void 0) {
      if (typeof data.tpm !== "boolean") {
        const err13 = { instancePath: instancePath + "/tpm", schemaPath: "#/definitions/tpm/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err13];
        } else {
          vErrors.push(err13);
        }
        errors++;
      }
    }
    if (data.boot !== void 0) {
      let data7 = data.boot;
      if (Array.isArray(data7)) {
        if (data7.length > 2) {
          const err14 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/maxItems", keyword: "maxItems", params: { limit: 2 }, message: "must NOT have more than 2 items" };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
        if (data7.length < 1) {
          const err15 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
        const len0 = data7.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data8 = data7[i0];
          if (typeof data8 !== "string") {
            const err16 = { instancePath: instancePath + "/boot/" + i0, schemaPath: "#/definitions/boot/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err16];
            } else {
              vErrors.push(err16);
            }
            errors++;
          }
          if (!(data8 === "disk" || data8 === "network")) {
            const err17 = { instancePath: instancePath + "/boot/" + i0, schemaPath: "#/definitions/boot/items/enum", keyword: "enum", params: { allowedValues: schema33.items.enum }, message: "must be equal to one of the allowed values" };
            if (vErrors === null) {
              vErrors = [err17];
            } else {
              vErrors.push(err17);
            }
            errors++;
          }
        }
        let i1 = data7.length;
        let j0;
        if (i1 > 1) {
          const indices0 = {};
          for (; i1--; ) {
            let item0 = data7[i1];
            if (typeof item0 !== "string") {
              continue;
            }
            if (typeof indices0[item0] == "number") {
              j0 = indices0[item0];
              const err18 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/uniqueItems", keyword: "uniqueItems", params: { i: i1, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i1 + " are identical)" };
              if (vErrors === null) {
                vErrors = [err18];
              } else {
                vErrors.push(err18);
              }
              errors++;
              break;
            }
            indices0[item0] = i1;
          }
        }
      } else {
        const err19 = { instancePath: instancePath + "/boot", schemaPath: "#/definitions/boot/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err19];
        } else {
          vErrors.push(err19);
        }
        errors++;
      }
    }
    if (data.pxe !== void 0) {
      if (typeof data.pxe !== "boolean") {
        const err20 = { instancePath: instancePath + "/pxe", schemaPath: "#/definitions/pxe/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err20];
        } else {
          vErrors.push(err20);
        }
        errors++;
      }
    }
    if (data.nics !== void 0) {
      if (!validate22(data.nics, { instancePath: instancePath + "/nics", parentData: data, parentDataProperty: "nics", rootData })) {
        vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
        errors = vErrors.length;
      }
    }
    if (data.serialNumbers !== void 0) {
      let data11 = data.serialNumbers;
      if (Array.isArray(data11)) {
        if (data11.length > 1e3) {
          const err21 = { instancePath: instancePath + "/serialNumbers", schemaPath: "#/properties/serialNumbers/maxItems", keyword: "maxItems", params: { limit: 1e3 }, message: "must NOT have more than 1000 items" };
          if (vErrors === null) {
            vErrors = [err21];
          } else {
            vErrors.push(err21);
          }
          errors++;
        }
        if (data11.length < 1) {
          const err22 = { instancePath: instancePath + "/serialNumbers", schemaPath: "#/properties/serialNumbers/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          if (vErrors === null) {
            vErrors = [err22];
          } else {
            vErrors.push(err22);
          }
          errors++;
        }
        const len1 = data11.length;
        for (let i2 = 0; i2 < len1; i2++) {
          let data12 = data11[i2];
          if (typeof data12 === "string") {
            if (!pattern25.test(data12)) {
              const err23 = { instancePath: instancePath + "/serialNumbers/" + i2, schemaPath: "#/properties/serialNumbers/items/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9]{5,20}$" }, message: 'must match pattern "^[A-Za-z0-9]{5,20}$"' };
              if (vErrors === null) {
                vErrors = [err23];
              } else {
                vErrors.push(err23);
              }
              errors++;
            }
          } else {
            const err24 = { instancePath: instancePath + "/serialNumbers/" + i2, schemaPath: "#/properties/serialNumbers/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            if (vErrors === null) {
              vErrors = [err24];
            } else {
              vErrors.push(err24);
            }
            errors++;
          }
        }
      } else {
        const err25 = { instancePath: instancePath + "/serialNumbers", schemaPath: "#/properties/serialNumbers/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        if (vErrors === null) {
          vErrors = [err25];
        } else {
          vErrors.push(err25);
        }
        errors++;
      }
    }
    if (data.graphics !== void 0) {
      if (!validate24(data.graphics, { instancePath: instancePath + "/graphics", parentData: data, parentDataProperty: "graphics", rootData })) {
        vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
        errors = vErrors.length;
      }
    }
    if (data.autostart !== void 0) {
      if (typeof data.autostart !== "boolean") {
        const err26 = { instancePath: instancePath + "/autostart", schemaPath: "#/definitions/autostart/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err26];
        } else {
          vErrors.push(err26);
        }
        errors++;
      }
    }
    if (data.power !== void 0) {
      let data15 = data.power;
      if (typeof data15 !== "string") {
        const err27 = { instancePath: instancePath + "/power", schemaPath: "#/definitions/power/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err27];
        } else {
          vErrors.push(err27);
        }
        errors++;
      }
      if (!(data15 === "running" || data15 === "off")) {
        const err28 = { instancePath: instancePath + "/power", schemaPath: "#/definitions/power/enum", keyword: "enum", params: { allowedValues: schema40.enum }, message: "must be equal to one of the allowed values" };
        if (vErrors === null) {
          vErrors = [err28];
        } else {
          vErrors.push(err28);
        }
        errors++;
      }
    }
    if (data.protect !== void 0) {
      if (typeof data.protect !== "boolean") {
        const err29 = { instancePath: instancePath + "/protect", schemaPath: "#/definitions/protect/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
        if (vErrors === null) {
          vErrors = [err29];
        } else {
          vErrors.push(err29);
        }
        errors++;
      }
    }
    if (data.shutdownTimeout !== void 0) {
      let data17 = data.shutdownTimeout;
      if (typeof data17 === "string") {
        if (!pattern22.test(data17)) {
          const err30 = { instancePath: instancePath + "/shutdownTimeout", schemaPath: "#/definitions/shutdownTimeout/pattern", keyword: "pattern", params: { pattern: "^[0-9]{1,4}(s|m)$" }, message: 'must match pattern "^[0-9]{1,4}(s|m)$"' };
          if (vErrors === null) {
            vErrors = [err30];
          } else {
            vErrors.push(err30);
          }
          errors++;
        }
      } else {
        const err31 = { instancePath: instancePath + "/shutdownTimeout", schemaPath: "#/definitions/shutdownTimeout/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err31];
        } else {
          vErrors.push(err31);
        }
        errors++;
      }
    }
    if (data.title !== void 0) {
      let data18 = data.title;
      if (typeof data18 === "string") {
        if (func2(data18) > 500) {
          const err32 = { instancePath: instancePath + "/title", schemaPath: "#/definitions/vmTitle/maxLength", keyword: "maxLength", params: { limit: 500 }, message: "must NOT have more than 500 characters" };
          if (vErrors === null) {
            vErrors = [err32];
          } else {
            vErrors.push(err32);
          }
          errors++;
        }
      } else {
        const err33 = { instancePath: instancePath + "/title", schemaPath: "#/definitions/vmTitle/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err33];
        } else {
          vErrors.push(err33);
        }
        errors++;
      }
    }
    if (data.description !== void 0) {
      let data19 = data.description;
      if (typeof data19 === "string") {
        if (func2(data19) > 1e4) {
          const err34 = { instancePath: instancePath + "/description", schemaPath: "#/definitions/vmDescription/maxLength", keyword: "maxLength", params: { limit: 1e4 }, message: "must NOT have more than 10000 characters" };
          if (vErrors === null) {
            vErrors = [err34];
          } else {
            vErrors.push(err34);
          }
          errors++;
        }
      } else {
        const err35 = { instancePath: instancePath + "/description", schemaPath: "#/definitions/vmDescription/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err35];
        } else {
          vErrors.push(err35);
        }
        errors++;
      }
    }
  } else {
    const err36 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err36];
    } else {
      vErrors.push(err36);
    }
    errors++;
  }
  validate28.errors = vErrors;
  return errors === 0;
}
function validate27(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  let vErrors = null;
  let errors = 0;
  if (Array.isArray(data)) {
    if (data.length > 5e3) {
      const err0 = { instancePath, schemaPath: "#/maxItems", keyword: "maxItems", params: { limit: 5e3 }, message: "must NOT have more than 5000 items" };
      if (vErrors === null) {
        vErrors = [err0];
      } else {
        vErrors.push(err0);
      }
      errors++;
    }
    if (data.length < 1) {
      const err1 = { instancePath, schemaPath: "#/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
      if (vErrors === null) {
        vErrors = [err1];
      } else {
        vErrors.push(err1);
      }
      errors++;
    }
    const len0 = data.length;
    for (let i0 = 0; i0 < len0; i0++) {
      if (!validate28(data[i0], { instancePath: instancePath + "/" + i0, parentData: data, parentDataProperty: i0, rootData })) {
        vErrors = vErrors === null ? validate28.errors : vErrors.concat(validate28.errors);
        errors = vErrors.length;
      }
    }
  } else {
    const err2 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "array" }, message: "must be array" };
    if (vErrors === null) {
      vErrors = [err2];
    } else {
      vErrors.push(err2);
    }
    errors++;
  }
  validate27.errors = vErrors;
  return errors === 0;
}
function validate10(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.apiVersion === void 0) {
      const err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "apiVersion" }, message: "must have required property 'apiVersion'" };
      if (vErrors === null) {
        vErrors = [err0];
      } else {
        vErrors.push(err0);
      }
      errors++;
    }
    if (data.fleet === void 0) {
      const err1 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "fleet" }, message: "must have required property 'fleet'" };
      if (vErrors === null) {
        vErrors = [err1];
      } else {
        vErrors.push(err1);
      }
      errors++;
    }
    if (data.vms === void 0) {
      const err2 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "vms" }, message: "must have required property 'vms'" };
      if (vErrors === null) {
        vErrors = [err2];
      } else {
        vErrors.push(err2);
      }
      errors++;
    }
    for (const key0 in data) {
      if (!(key0 === "apiVersion" || key0 === "fleet" || key0 === "host" || key0 === "orchestrator" || key0 === "networks" || key0 === "defaults" || key0 === "vms")) {
        const err3 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        if (vErrors === null) {
          vErrors = [err3];
        } else {
          vErrors.push(err3);
        }
        errors++;
      }
    }
    if (data.apiVersion !== void 0) {
      let data0 = data.apiVersion;
      if (typeof data0 !== "string") {
        const err4 = { instancePath: instancePath + "/apiVersion", schemaPath: "#/definitions/apiVersion/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err4];
        } else {
          vErrors.push(err4);
        }
        errors++;
      }
      if ("ven/v1" !== data0) {
        const err5 = { instancePath: instancePath + "/apiVersion", schemaPath: "#/definitions/apiVersion/const", keyword: "const", params: { allowedValue: "ven/v1" }, message: "must be equal to constant" };
        if (vErrors === null) {
          vErrors = [err5];
        } else {
          vErrors.push(err5);
        }
        errors++;
      }
    }
    if (data.fleet !== void 0) {
      let data1 = data.fleet;
      if (typeof data1 === "string") {
        if (func2(data1) > 40) {
          const err6 = { instancePath: instancePath + "/fleet", schemaPath: "#/definitions/fleetName/maxLength", keyword: "maxLength", params: { limit: 40 }, message: "must NOT have more than 40 characters" };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
        if (!pattern0.test(data1)) {
          const err7 = { instancePath: instancePath + "/fleet", schemaPath: "#/definitions/fleetName/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"' };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      } else {
        const err8 = { instancePath: instancePath + "/fleet", schemaPath: "#/definitions/fleetName/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        if (vErrors === null) {
          vErrors = [err8];
        } else {
          vErrors.push(err8);
        }
        errors++;
      }
    }
    if (data.host !== void 0) {
      if (!validate11(data.host, { instancePath: instancePath + "/host", parentData: data, parentDataProperty: "host", rootData })) {
        vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
        errors = vErrors.length;
      }
    }
    if (data.orchestrator !== void 0) {
      if (!validate13(data.orchestrator, { instancePath: instancePath + "/orchestrator", parentData: data, parentDataProperty: "orchestrator", rootData })) {
        vErrors = vErrors === null ? validate13.errors : vErrors.concat(validate13.errors);
        errors = vErrors.length;
      }
    }
    if (data.networks !== void 0) {
      if (!validate15(data.networks, { instancePath: instancePath + "/networks", parentData: data, parentDataProperty: "networks", rootData })) {
        vErrors = vErrors === null ? validate15.errors : vErrors.concat(validate15.errors);
        errors = vErrors.length;
      }
    }
    if (data.defaults !== void 0) {
      if (!validate17(data.defaults, { instancePath: instancePath + "/defaults", parentData: data, parentDataProperty: "defaults", rootData })) {
        vErrors = vErrors === null ? validate17.errors : vErrors.concat(validate17.errors);
        errors = vErrors.length;
      }
    }
    if (data.vms !== void 0) {
      if (!validate27(data.vms, { instancePath: instancePath + "/vms", parentData: data, parentDataProperty: "vms", rootData })) {
        vErrors = vErrors === null ? validate27.errors : vErrors.concat(validate27.errors);
        errors = vErrors.length;
      }
    }
  } else {
    const err9 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    if (vErrors === null) {
      vErrors = [err9];
    } else {
      vErrors.push(err9);
    }
    errors++;
  }
  validate10.errors = vErrors;
  return errors === 0;
}
export {
  validate_default as default,
  validate
};
